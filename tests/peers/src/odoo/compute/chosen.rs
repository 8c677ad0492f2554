//! Python of computed fields that show one of several texts: in the reader's language, or by what another field says.
//!
//! Both are read in exactly one form. What differs from it by a character is another program, and reads as unset.

use serde_json::{Value, json};

use crate::odoo::python::{NoNames, evaluate};

/// What `code` gives a record whose other fields are `stored`, for a reader of `lang`; nothing where it is of another form.
pub(super) fn chosen(
    code: &str,
    lang: Option<&str>,
    stored: impl Fn(&str) -> Value,
) -> Option<Value> {
    let code = code.trim();
    said(code, lang.unwrap_or("en"), &stored).or_else(|| looked_up(code, &stored))
}

/// The lines that begin with the reader's language, where those in English are the text of the other field; else that text.
fn said(code: &str, lang: &str, stored: &impl Fn(&str) -> Value) -> Option<Value> {
    let record = between(code, "for ", " in self:")?;
    let words = between(code, &format!("({record}."), " or '')")?;
    let detail = between(code, &format!("== {record}."), "\n")?;
    let shown = between(code, &format!("{record}['"), "']")?;
    let form = format!(
        "language = (self.env.lang or 'en')[:2]
for {record} in self:
    said = {{}}
    for line in ({record}.{words} or '').split('\\n'):
        said.setdefault(line[:2], []).append(line[3:])
    is_said = '\\n'.join(said.get('en', [])) == {record}.{detail}
    {record}['{shown}'] = is_said and '\\n'.join(said.get(language, [])) or {record}.{detail}"
    );
    if code != form {
        return None;
    }
    let (words, detail) = (stored(words), stored(detail));
    let of = |language: &str| -> String {
        let lines = words.as_str().unwrap_or_default().split('\n');
        let cut = |line: &str, from: usize, to: usize| -> String {
            line.chars().skip(from).take(to - from).collect()
        };
        let lines = lines.filter(|line| cut(line, 0, 2) == language);
        let lines: Vec<String> = lines.map(|line| cut(line, 3, usize::MAX)).collect();
        lines.join("\n")
    };
    let language: String = lang.chars().take(2).collect();
    let is_said = detail.as_str() == Some(of("en").as_str());
    let said = Some(of(&language)).filter(|said| is_said && !said.is_empty());
    Some(match said {
        Some(said) => json!(said),
        None if detail.is_null() => json!(false),
        None => detail,
    })
}

/// What a dictionary has for the text of another field.
fn looked_up(code: &str, stored: &impl Fn(&str) -> Value) -> Option<Value> {
    let (name, rest) = code.split_once(" = {")?;
    let (items, rest) = rest.split_once("\n}\n")?;
    let record = between(rest, "for ", " in self:")?;
    let key = between(rest, &format!("{name}.get({record}."), ", False)")?;
    let shown = between(rest, &format!("{record}['"), "']")?;
    let form = format!(
        "for {record} in self:\n    {record}['{shown}'] = {name}.get({record}.{key}, False)"
    );
    if rest != form {
        return None;
    }
    let items = evaluate(&format!("{{{items}}}"), &mut NoNames).ok()?;
    let found = stored(key).as_str().and_then(|key| items.get(key)).cloned();
    Some(found.unwrap_or(json!(false)))
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "
language = (self.env.lang or 'en')[:2]
for server in self:
    said = {}
    for line in (server.x_words or '').split('\\n'):
        said.setdefault(line[:2], []).append(line[3:])
    is_said = '\\n'.join(said.get('en', [])) == server.x_detail
    server['x_shown'] = is_said and '\\n'.join(said.get(language, [])) or server.x_detail
        ";

    #[test]
    fn lines_are_those_of_the_readers_language_where_they_are_of_this_text() {
        let check = |detail: Value, lang: Option<&str>, expected: Value| {
            let words = "en a\nen b\nfr à\nfr é\nde ü";
            let stored = |field: &str| match field {
                "x_words" => json!(words),
                _ => detail.clone(),
            };
            assert_eq!(
                chosen(SAID, lang, stored),
                Some(expected),
                "{detail} {lang:?}"
            );
        };
        check(json!("a\nb"), Some("fr_FR"), json!("à\né"));
        check(json!("a\nb"), Some("de_CH"), json!("ü"));
        check(json!("a\nb"), Some("it_IT"), json!("a\nb"));
        check(json!("a\nb"), None, json!("a\nb"));
        check(json!("other"), Some("fr_FR"), json!("other"));
        check(Value::Null, Some("fr_FR"), json!(false));
        assert_eq!(
            chosen(&SAID.replace("[3:]", "[2:]"), None, |_| json!("")),
            None
        );
    }

    #[test]
    fn a_text_is_looked_up() {
        let code = "why = {\n    'it is': 'yes',\n    \"it isn't\": 'no',\n}\nfor call in self:\n    call['x_why'] = why.get(call.x_text, False)";
        let check = |text: Value, expected: Value| {
            assert_eq!(chosen(code, None, |_| text.clone()), Some(expected));
        };
        check(json!("it isn't"), json!("no"));
        check(json!("else"), json!(false));
        check(Value::Null, json!(false));
        assert_eq!(
            chosen(&code.replace("False", "True"), None, |_| json!("")),
            None
        );
    }
}
