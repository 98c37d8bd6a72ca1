//! Tones: what a colour means. A tone never speaks alone; a word or a shape goes with it.

/// Meaning of a coloured thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Less important than what is beside it.
    Muted,
    /// New, or worth knowing.
    Info,
    /// Being worked on; ours.
    Accent,
    /// Done, good.
    Success,
    /// Soon too late, waiting.
    Warning,
    /// Too late, broken, dangerous.
    Danger,
}

impl Tone {
    /// The word in class names.
    pub fn key(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Muted => "muted",
            Self::Info => "info",
            Self::Accent => "accent",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}
