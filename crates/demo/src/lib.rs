//! The demonstration organisation: data as text, made into records by the same commands that people give.
