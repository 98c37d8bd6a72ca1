//! Taking definitions over when overlays change, here or on another node.

use std::time::Duration;

use steward_model::filter::Filter;

use super::{Definitions, IN_FORCE, Laid, OVERLAY};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Between two looks at what other nodes put in force.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Overlays in force at most.
pub(super) const MOST: usize = 500;

impl App {
    /// Kinds and roles in force.
    pub fn definitions(&self) -> &'static Definitions {
        self.0.definitions.present()
    }

    /// Lays the overlays that are in force over what the program brings along, and has the database hold what kinds need.
    /// To be called once before anything else is done.
    ///
    /// # Errors
    /// When the database is away, or the definitions that the program brings along cannot be used.
    #[boxed]
    pub async fn begin_definitions(&self) -> Result<(), Error> {
        let laid = self.laid_in_force().await?;
        if !laid.is_empty() { self.take_over(laid).await } else { Ok(self.store().sync_kinds(self.registry()).await?) }
    }

    /// Takes over what changed since; what one node puts in force the others have within seconds.
    #[boxed]
    pub async fn follow_definitions(&self) {
        let mut stopping = self.stopping();
        loop {
            if tokio::time::timeout(LOOK_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok() {
                return;
            }
            if let Err(error) = self.renew_definitions().await {
                tracing::error!(%error, "changed definitions could not be taken over; it is tried again");
            }
        }
    }

    /// Takes over what is in force now, when that differs.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn renew_definitions(&self) -> Result<(), Error> {
        let _turn = self.0.renewing.lock().await;
        let laid = self.laid_in_force().await?;
        if laid == self.definitions().asked() {
            self.0.definitions.note_trouble(None);
            return Ok(());
        }
        let taken = self.take_over(laid).await;
        self.0.definitions.note_trouble(taken.as_ref().err().map(whole));
        taken
    }

    /// Why what is in force by its records could not be taken over here, while that is so: such as a view of a reporting
    /// tool that keeps the database from changing one of Steward's.
    pub fn definitions_trouble(&self) -> Option<String> {
        self.0.definitions.trouble()
    }

    async fn take_over(&self, laid: Vec<Laid>) -> Result<(), Error> {
        let base = self.definitions().base.clone();
        let put_together = move || Definitions::load_what_can_be(&base, laid);
        let definitions = tokio::task::spawn_blocking(put_together).await.map_err(Error::internal)?;
        let definitions = definitions
            .map_err(|faults| Error::internal(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        for (one, faults) in &definitions.left_out {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            tracing::error!(overlay = one.title, faults = faults.join("; "), "a definition in force cannot be used");
        }
        // Before anybody can make records of them.
        self.store().sync_kinds(&definitions.registries[0]).await?;
        self.0.definitions.replace(definitions);
        self.forget_what_kinds_say();
        Ok(())
    }

    /// Drops every copy that rests on kinds or roles.
    fn forget_what_kinds_say(&self) {
        self.0.actors.forget_all();
        self.0.labels.forget_all();
        self.0.reference_data.forget_all();
        self.0.counts.forget_all();
        self.0.books.forget();
        self.0.automation.compile_anew();
    }

    /// The overlays that are in force, in the order in which they are laid.
    pub(crate) async fn laid_in_force(&self) -> Result<Vec<Laid>, Error> {
        let Some(kind) = self.registry().kind(OVERLAY) else { return Ok(Vec::new()) };
        let in_force = Filter::parse_cel(&format!("state == '{IN_FORCE}'"), kind, self.registry())?;
        let mut laid: Vec<Laid> = self.all_records(OVERLAY, &in_force, MOST).await?.iter().map(Laid::of).collect();
        laid.sort();
        Ok(laid)
    }
}

/// An error with what led to it.
fn whole(error: &Error) -> String {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        told = format!("{told}: {inner}");
        source = inner.source();
    }
    told
}
