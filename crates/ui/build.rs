//! Builds the files under `assets/` with Node.js and writes the tables that embed them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(failure) = build() {
        // Cargo shows what a failing build script prints; a panic's backtrace would only hide it.
        eprintln!("\nThe pages' scripts and styles could not be built.\n{failure}\n");
        std::process::exit(1);
    }
}

fn build() -> Result<(), Failure> {
    let assets = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for source in ["build.mjs", "icons.txt", "package-lock.json", "package.json", "mark.svg", "scripts", "styles"] {
        println!("cargo:rerun-if-changed={}", assets.join(source).display());
    }
    install(&assets)?;
    let built = out.join("assets");
    run(Command::new("node").arg("build.mjs").arg(&built).current_dir(&assets))?;
    fs::write(out.join("icon.rs"), icons(&fs::read_to_string(assets.join("icons.txt"))?)?)?;
    fs::write(out.join("assets.rs"), table(&built)?)?;
    Ok(())
}

/// Installs the packages when they are not there or older than the lock file.
fn install(assets: &Path) -> Result<(), Failure> {
    let modified = |path: PathBuf| fs::metadata(path).and_then(|about| about.modified()).ok();
    let installed = modified(assets.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(assets.join("package-lock.json")) {
        return Ok(());
    }
    run(Command::new("npm")
        .args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(assets))
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|failure| match failure.kind() {
        std::io::ErrorKind::NotFound => format!(
            "`{program}` was not found. Building Steward needs Node.js 20 or later with npm:\n\
             \x20 Debian, Ubuntu   apt install nodejs npm\n\
             \x20 Fedora           dnf install nodejs npm\n\
             \x20 macOS            brew install node\n\
             or see https://nodejs.org/en/download. Then build again."
        ),
        _ => format!("`{program}` did not start: {failure}"),
    })?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        return Err(format!("`{program}` failed ({}):\n{said}", output.status).into());
    }
    Ok(())
}

/// The enum of icons from the list of their names.
fn icons(list: &str) -> Result<String, Failure> {
    let names: Vec<&str> =
        list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if !names.is_sorted() {
        return Err("assets/icons.txt is not sorted".into());
    }
    let variant =
        |name: &str| -> String { name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect() };
    let mut text = String::from(
        "/// An icon of the sprite.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum Icon {\n",
    );
    for name in &names {
        writeln!(text, "/// `{name}`\n{},", variant(name))?;
    }
    text.push_str("}\nimpl Icon {\n/// Every icon.\npub const ALL: &[Self] = &[");
    for name in &names {
        write!(text, "Self::{},", variant(name))?;
    }
    text.push_str("];\n/// Its name in the set.\npub fn name(self) -> &'static str { match self {\n");
    for name in &names {
        writeln!(text, "Self::{} => {name:?},", variant(name))?;
    }
    text.push_str("} } }\n");
    Ok(text)
}

/// The table of files from `manifest.txt`: constant, file name and media type, apart by blanks.
fn table(built: &Path) -> Result<String, Failure> {
    let mut addresses = String::new();
    let mut files = String::from("static FILES: &[File] = &[\n");
    for line in fs::read_to_string(built.join("manifest.txt"))?.lines() {
        let [constant, name, media_type] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            return Err(format!("manifest.txt: {line}").into());
        };
        writeln!(addresses, "const {constant}: &str = \"/assets/{name}\";")?;
        let bytes = |path: PathBuf| format!("include_bytes!({:?})", path.display().to_string());
        let compressed = |ending: &str| {
            let path = built.join(format!("{name}.{ending}"));
            if path.exists() { format!("Some({})", bytes(path)) } else { "None".into() }
        };
        writeln!(
            files,
            "File {{ name: {name:?}, media_type: {media_type:?}, plain: {}, gzip: {}, brotli: {} }},",
            bytes(built.join(name)),
            compressed("gz"),
            compressed("br")
        )?;
    }
    files.push_str("];\n");
    Ok(addresses + &files)
}
