//! LIKE patterns.

use std::str::Chars;

/// A LIKE pattern: `%` any text, `_` any character.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<char>,
    fold: bool,
}

impl Pattern {
    pub(super) fn new(text: &str, fold: bool) -> Self {
        let text = if fold {
            text.to_lowercase()
        } else {
            text.to_owned()
        };
        Self {
            parts: text.chars().collect(),
            fold,
        }
    }

    pub(super) fn is_any(&self) -> bool {
        self.parts.iter().all(|part| *part == '%')
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let may_fold = |c: char| c.is_alphabetic() && !c.is_lowercase();
        match self.fold && text.chars().any(may_fold) {
            true => like(&self.parts, text.to_lowercase().chars()),
            false => like(&self.parts, text.chars()),
        }
    }
}

/// LIKE by backtracking over the last `%` only: linear in practice.
fn like(pattern: &[char], mut text: Chars<'_>) -> bool {
    let mut p = 0;
    let mut star: Option<(usize, Chars<'_>)> = None;
    loop {
        let here = text.clone();
        let Some(next) = text.next() else { break };
        match pattern.get(p) {
            Some('%') => {
                p += 1;
                text = here.clone();
                star = Some((p, here));
            }
            Some('\\') if pattern.get(p + 1) == Some(&next) => p += 2,
            Some('_') => p += 1,
            Some(c) if *c == next => p += 1,
            _ => {
                let Some((after, from)) = &mut star else {
                    return false;
                };
                from.next();
                text = from.clone();
                p = *after;
            }
        }
    }
    pattern[p..].iter().all(|part| *part == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_patterns_match_as_sql_does() {
        let check = |pattern: &str, text: &str| Pattern::new(pattern, false).matches(text);
        assert!(check("%9%1%1%2%", "+34 911 22 33 44"));
        assert!(check("a_c", "abc"));
        assert!(!check("a_c", "abbc"));
        assert!(check("100\\%", "100%"));
        assert!(!check("100\\%", "1000"));
        assert!(check("%ab", "aab"));
        assert!(check("%a%b", "xaxaxb"));
        assert!(!check("%a%b", "xaxbx"));
        assert!(check("%", ""));
        assert!(check("a%%", "a"));
        assert!(!check("_", ""));
        assert!(Pattern::new("ABC%", true).matches("abcdef"));
        assert!(Pattern::new("abc%", true).matches("ABCDEF"));
        assert!(!Pattern::new("abc%", false).matches("ABCDEF"));
    }
}
