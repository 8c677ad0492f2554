//! LIKE patterns.

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
        let text: Vec<char> = if self.fold {
            text.to_lowercase().chars().collect()
        } else {
            text.chars().collect()
        };
        like(&self.parts, &text)
    }
}

/// LIKE by backtracking over the last `%` only: linear in practice.
fn like(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t, mut star, mut mark) = (0, 0, None, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                star = Some(p);
                mark = t;
                p += 1;
            }
            Some('\\') if pattern.get(p + 1) == text.get(t) => {
                p += 2;
                t += 1;
            }
            Some('_') => {
                p += 1;
                t += 1;
            }
            Some(c) if *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some(last) = star else { return false };
                p = last + 1;
                mark += 1;
                t = mark;
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
        assert!(Pattern::new("ABC%", true).matches("abcdef"));
    }
}
