//! What people may write.

use crate::error::{Error, Result};

/// Trims a text and checks it: any script, at most `max` characters, no control characters but line breaks, nothing that
/// is no character (Unicode, 23.7; files of XML cannot hold all of it), and none of the invisible marks that turn the
/// direction of what follows (they can make a text read as another).
///
/// # Errors
/// `invalid` at `field`.
pub fn clean(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("{field} may have at most {max} characters.")));
    }
    if let Some(bad) = text.chars().find(|&c| (c.is_control() && c != '\n') || is_none(c) || turns_direction(c)) {
        return Err(Error::invalid(field, format!("{field} has a character that is not allowed: U+{:04X}.", bad as u32)));
    }
    Ok(text.to_owned())
}

/// As [`clean`], where nothing written is the same as an empty text.
///
/// # Errors
/// `invalid` at `field`.
pub fn clean_optional(field: &'static str, text: Option<&str>, max: usize) -> Result<Option<String>> {
    Ok(text.map(|t| clean(field, t, max)).transpose()?.filter(|t| !t.is_empty()))
}

/// As [`clean`], where something must be written.
///
/// # Errors
/// `invalid` at `field`.
pub fn clean_required(field: &'static str, text: &str, max: usize) -> Result<String> {
    match clean(field, text, max)? {
        t if t.is_empty() => Err(Error::invalid(field, format!("{field} must not be empty."))),
        t => Ok(t),
    }
}

/// Checks that a list is not too long.
///
/// # Errors
/// `invalid` at `field`.
pub fn at_most<T>(field: &'static str, list: &[T], most: usize) -> Result<()> {
    if list.len() > most {
        return Err(Error::invalid(field, format!("{field} may have at most {most} entries.")));
    }
    Ok(())
}

/// Whether it is one of the 66 that will never be a character.
fn is_none(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_welcome() {
        for text in ["Ærfuglvika", "Guovdageaidnu", "海ごみ", "قمامة", "Ålo 🏖️", "line\nbreak"] {
            assert_eq!(clean("note", text, 40).unwrap(), text);
        }
    }

    #[test]
    fn control_and_direction_marks_and_what_is_no_character_are_not() {
        for text in ["a\u{0}b", "a\u{7}b", "a\u{202E}b", "a\tb", "a\u{FFFE}", "a\u{10FFFF}", "a\u{FDD0}"] {
            assert_eq!(clean("note", text, 40).unwrap_err().field.as_deref(), Some("note"));
        }
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(clean("note", &"å".repeat(40), 40).is_ok());
        assert!(clean("note", &"å".repeat(41), 40).is_err());
    }
}
