//! Approval: who is asked by which policy, and what follows from the answers. Pure; `app/src/approvals/` looks people up
//! and writes.

mod policy;
mod round;

pub(crate) use policy::check;
use steward_model::kind::ApprovalPoint;

pub use policy::{AskWhom, Policy};
pub use round::{Answer, Ask, Late, Need, Refused, Round, Said, Verdict};

/// The kind of questions for approval.
pub const APPROVAL: &str = "approval";
/// The kind of policies.
pub const POLICY: &str = "approval_policy";
/// The field of what is approved that names everybody who was asked.
pub const ASKED: &str = ApprovalPoint::ASKED;
/// The field of what is approved that names who can decide it now.
pub const PENDING: &str = ApprovalPoint::PENDING;
/// The field of what is approved by which people are named who must agree beside those of policies.
pub const NAMED: &str = "approvers";
/// The transition by which somebody agrees.
pub const APPROVE: &str = "approve";
/// The transition by which somebody refuses.
pub const REFUSE: &str = "refuse";
/// The transition by which more people are asked.
pub const ASK_ALSO: &str = "ask_also";
