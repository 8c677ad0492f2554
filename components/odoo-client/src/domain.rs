//! Domains that people have saved, as the text that Odoo keeps of them (`ir.filters`): a Python literal.
//!
//! Only values are read. A filter that Odoo would have to compute (`uid`, `context_today()`) means something else for everybody and every day, so
//! nothing is guessed of it.

use serde_json::{Number, Value};

/// Why a saved domain cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDomain {
    /// It has a name or a call in it.
    #[error("it depends on the day or the user: only fixed values can be used")]
    Computed,
    /// It is no list of conditions.
    #[error("it is no list of conditions")]
    Broken,
}

/// Reads a domain.
///
/// # Errors
/// [`NoDomain`] where it is anything but fixed values.
pub fn read(text: &str) -> Result<Value, NoDomain> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
    };
    let domain = reader.value()?;
    reader.skip_space();
    match (&domain, reader.rest) {
        (Value::Array(_), "") => Ok(domain),
        _ => Err(NoDomain::Broken),
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value, NoDomain> {
        self.skip_space();
        match self.rest.chars().next().ok_or(NoDomain::Broken)? {
            '[' => self.list(']'),
            '(' => self.list(')'),
            quote @ ('\'' | '"') => self.text(quote),
            c if c.is_ascii_digit() || matches!(c, '-' | '.') => self.number(),
            c if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(NoDomain::Broken),
        }
    }

    /// A list, or a tuple, which JSON has none of.
    fn list(&mut self, end: char) -> Result<Value, NoDomain> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(NoDomain::Broken);
        }
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if let Some(rest) = self.rest.strip_prefix(end) {
                self.rest = rest;
                self.depth -= 1;
                return Ok(Value::Array(items));
            }
            items.push(self.value()?);
            self.skip_space();
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None if self.rest.starts_with(end) => {}
                None => return Err(NoDomain::Computed),
            }
        }
    }

    fn text(&mut self, quote: char) -> Result<Value, NoDomain> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((place, character)) = characters.next() {
            match character {
                '\\' => match characters.next().map(|(_, escaped)| escaped) {
                    Some(escaped @ ('\\' | '\'' | '"')) => text.push(escaped),
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    _ => return Err(NoDomain::Broken),
                },
                end if end == quote => {
                    self.rest = &self.rest[place + 1..];
                    return Ok(Value::String(text));
                }
                other => text.push(other),
            }
        }
        Err(NoDomain::Broken)
    }

    fn number(&mut self) -> Result<Value, NoDomain> {
        let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let text = self.take(is_of_number);
        let whole = text.parse::<i64>().ok().map(Number::from);
        let number = whole.or_else(|| Number::from_f64(text.parse().ok()?));
        number.map(Value::Number).ok_or(NoDomain::Broken)
    }

    fn word(&mut self) -> Result<Value, NoDomain> {
        match self.take(|c| c.is_alphanumeric() || c == '_') {
            "True" | "true" => Ok(Value::Bool(true)),
            "False" | "false" | "None" => Ok(Value::Bool(false)),
            _ => Err(NoDomain::Computed),
        }
    }

    fn take(&mut self, is_of_it: impl Fn(char) -> bool) -> &str {
        let end = self.rest.find(|c| !is_of_it(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

/// No filter of a person is deeper.
const DEEPEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fixed_values_are_read() {
        for (text, expected) in [
            ("[]", json!([])),
            (
                "['|', ('name', 'ilike', \"O'Hara\"), (\"category_id.name\", '=', 'R\\'D\\\\')]",
                json!([
                    "|",
                    ["name", "ilike", "O'Hara"],
                    ["category_id.name", "=", "R'D\\"]
                ]),
            ),
            (
                " [ (\"country_id\", \"in\", [75, 69,]), ('active','=',True), ('ref','!=',None), ('partner_latitude','>',-1.5) ] ",
                json!([
                    ["country_id", "in", [75, 69]],
                    ["active", "=", true],
                    ["ref", "!=", false],
                    ["partner_latitude", ">", -1.5]
                ]),
            ),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_odoo_would_have_to_compute_is_not_guessed() {
        for text in [
            "[('user_id', '=', uid)]",
            "[('create_date', '>=', context_today().strftime('%Y-%m-%d'))]",
            "[('id', 'in', [1] + [2])]",
            "[('id', '=', 1 + 1)]",
        ] {
            assert_eq!(read(text), Err(NoDomain::Computed), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_is_no_domain() {
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        for text in [
            "",
            "True",
            "[",
            "[('name', '=', 'x]",
            "[] []",
            "{'a': 1}",
            "['\\u0041']",
            &deep,
        ] {
            assert_eq!(read(text), Err(NoDomain::Broken), "{text}");
        }
    }
}
