//! A list of records that is not valid JSON, cut into its records by their looks.
//!
//! Names are in the callers' hands. A quote or backslash that a firmware forgets to escape would otherwise cost the whole page, at every
//! poll, until the record is deleted from the device.

/// The records of a damaged `cdr_root`, sound and unsound; `None` if the text is not even such a list.
pub(super) fn items(text: &str) -> Option<Vec<&str>> {
    let root = ["\"cdr_root\"", "\"cdr\""]
        .iter()
        .find_map(|name| text.find(name).map(|at| at + name.len()))?;
    let open = text[root..].find(|c: char| !c.is_ascii_whitespace() && c != ':')? + root;
    let list = text[open..].strip_prefix('[')?;
    let list = list[..list.rfind(']')?].trim_ascii();
    (list.starts_with('{') && list.ends_with('}')).then(|| cut(list))
}

/// Cuts after every `}` that is followed by `,{"cdr"` or `,{"AcctId"`: the way a record begins.
fn cut(list: &str) -> Vec<&str> {
    let (mut items, mut start) = (Vec::new(), 0);
    for (end, _) in list.match_indices('}') {
        if let Some(next) = begins_after(&list[end + 1..]) {
            items.push(&list[start..=end]);
            start = end + 1 + next;
        }
    }
    items.push(&list[start..]);
    items
}

/// Where the next record begins in what follows the end of one, if it does.
fn begins_after(rest: &str) -> Option<usize> {
    let record = rest
        .trim_ascii_start()
        .strip_prefix(',')?
        .trim_ascii_start();
    let key = record.strip_prefix('{')?.trim_ascii_start();
    let begins = key.starts_with("\"cdr\"") || key.starts_with("\"AcctId\"");
    begins.then_some(rest.len() - record.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_where_they_begin() {
        let text = r#"{"response":{"cdr_root" : [ {"cdr":"a","x":"\q"} , {"AcctId":"1","n":"}"},{"cdr":"b","sub_cdr_1":{"AcctId":"2"}} ]},"status":0}"#;
        let expected = [
            r#"{"cdr":"a","x":"\q"}"#,
            r#"{"AcctId":"1","n":"}"}"#,
            r#"{"cdr":"b","sub_cdr_1":{"AcctId":"2"}}"#,
        ];
        assert_eq!(items(text).as_deref(), Some(&expected[..]));
    }

    #[test]
    fn what_is_no_list_of_records_is_not_cut() {
        for text in [
            "",
            "{}",
            r#"{"cdr_root":"#,
            r#"{"cdr_root":[}"#,
            r#"{"cdr_root":[1,,2]}"#,
            r#"{"cdr":"x","y":[{]}"#,
        ] {
            assert_eq!(items(text), None, "{text}");
        }
    }
}
