//! Writes the gallery and some whole pages as files, to be looked at: `cargo run -p steward-ui --example gallery -- FOLDER`.

mod incident;
mod incidents;
mod sample;

use std::path::PathBuf;
use std::{env, fs, io};

use maud::{Markup, html};
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Credential, Field, field};
use steward_ui::form::{Form, form, form_actions};
use steward_ui::sheet::{Sheet, sheet};
use steward_ui::shell::shell;
use steward_ui::{assets, gallery};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/gallery".into()));
    fs::create_dir_all(folder.join("assets"))?;
    for file in assets::all() {
        fs::write(folder.join("assets").join(file.name), file.plain)?;
    }
    let pages: [(&str, Markup); 7] = [
        ("index", shell(&sample::page("Gallery"), &sample::shell(""), gallery::gallery())),
        ("sign-in", sign_in()),
        ("incidents", incidents::page()),
        ("incidents-empty", incidents::empty_page()),
        ("incident", incident::page()),
        ("incident-new", incident::new_page()),
        ("failure", incidents::failure_page()),
    ];
    for (name, page) in pages {
        fs::write(folder.join(format!("{name}.html")), page.into_string())?;
    }
    println!(
        "Written to {}. Serve it at the root of an address, such as with `python3 -m http.server`.",
        folder.display()
    );
    Ok(())
}

fn sign_in() -> Markup {
    let name = Field { name: "login", label: "Login or mail address", is_first: true, ..Field::default() };
    let password = Field { name: "password", label: "Password", ..Field::default() };
    sheet(
        &sample::page("Sign in"),
        &Sheet { name: "Nordhamn AB", title: "Sign in", lead: "to the service desk" },
        form(
            &Form { action: "/sign-in", ..Form::default() },
            html! {
                (field(&name, &Control::Credential { value: "", kind: Credential::Login }))
                (field(&password, &Control::Credential { value: "", kind: Credential::Password }))
                (form_actions(submit(&Button { label: "Sign in", look: Look::Main, ..Button::default() }, &Submit::default())))
            },
        ),
        html! { p { a href="/sign-in/help" { "Forgot your password?" } } },
    )
}
