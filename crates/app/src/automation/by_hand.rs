//! What people do with webhooks: sending one again that was given up, and trying whether the receiver answers.

use serde_json::json;
use steward_model::access::{Action, Actor, may};
use steward_model::record::Record;
use steward_rule::RULE;
use steward_store::change::ChangeSet;
use steward_store::rules::RuleEffects;

use super::webhook::{Sender, job};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::outside::OutsideError;

/// What came of trying whether the receiver of a webhook answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// Status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// What went wrong; `None` when it was taken.
    pub fault: Option<String>,
}

impl App {
    /// Has a document that was given up be handed over again, under the name that it had, for another day.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such call of the rule, [`Error::Forbidden`] when the actor may not change the
    /// rule; that it was not given up, or that the rule is not in force.
    #[boxed]
    pub async fn send_webhook_again(&self, actor: &Actor, name: &str, call: &str) -> Result<(), Error> {
        let rule = self.rule_to_change(actor, name).await?;
        let found = self.store().webhooks(&[call.to_owned()]).await?.into_iter().next();
        let mut webhook = found.filter(|found| found.rule == rule.id).ok_or(Error::NotFound)?;
        let refuse = |message: &str| Err(Error::Illegal { message: message.to_owned(), allowed: Vec::new() });
        if webhook.state != "given_up" {
            return refuse("Only a call that was given up is sent again");
        }
        if rule.state != "active" {
            return refuse("The rule is not in force; put it in force first");
        }
        let now = self.now();
        "waiting".clone_into(&mut webhook.state);
        (webhook.tries, webhook.status, webhook.fault) = (0, None, None);
        let jobs = vec![job(&webhook.id, now, now, now)];
        let rules = RuleEffects { webhooks: vec![webhook], ..RuleEffects::default() };
        self.commit(ChangeSet { jobs, rules, ..ChangeSet::default() }).await?;
        Ok(())
    }

    /// Hands a document over that holds no record, to see whether it is taken. Also for a rule that is a draft.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule, [`Error::Forbidden`] when they may not change it; that it
    /// has no address or no secret.
    #[boxed]
    pub async fn ping_webhook(&self, actor: &Actor, name: &str) -> Result<Ping, Error> {
        let rule = self.rule_to_change(actor, name).await?;
        let Some(sender) = Sender::of(self, &rule)? else {
            return Err(Error::invalid("webhook_address", "and a secret are needed to send a test"));
        };
        let id = format!("whk_{:032x}", rand::random::<u128>());
        let body = json!({
            "id": id,
            "at": self.now().to_string(),
            "rule": { "number": rule.number, "title": rule.text("title"), "version": rule.revision },
            "event": { "type": "ping" },
            "record": null,
        });
        Ok(match sender.send(self, &id, body.to_string().into_bytes()).await? {
            Ok(status) => Ping { status: Some(status), fault: None },
            Err(error @ OutsideError::Status(status)) => Ping { status: Some(status), fault: Some(error.to_string()) },
            Err(error) => Ping { status: None, fault: Some(error.to_string()) },
        })
    }

    /// A rule that somebody may change.
    async fn rule_to_change(&self, actor: &Actor, name: &str) -> Result<Record, Error> {
        let kind = self.kind(RULE)?.clone();
        let rule = self.find(actor, &kind, name).await?.record;
        match may(actor, Action::Update, &kind, &rule, self.now()) {
            true => Ok(rule),
            false => Err(Error::Forbidden { action: Action::Update }),
        }
    }
}
