//! The external ids that the data files make.

use std::collections::BTreeSet;

/// External ids of all records, menus and rights in `files`, sorted.
pub(super) fn of(files: &[(&str, Vec<u8>)]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        if path.ends_with(".xml") {
            ids.extend(in_xml(&text));
        } else if path.ends_with(".csv") {
            ids.extend(in_csv(&text));
        }
    }
    ids.into_iter().collect()
}

/// Ids of the elements that make records; an id with a dot is another module's.
fn in_xml(text: &str) -> impl Iterator<Item = String> {
    ["<record ", "<menuitem "]
        .into_iter()
        .flat_map(|tag| text.split(tag).skip(1))
        .filter_map(|rest| rest.split_once('>'))
        .filter_map(|(attributes, _)| attributes.split_once("id=\""))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(id, _)| id.to_owned())
        .filter(|id| !id.contains('.'))
}

/// The first column, below its heading.
fn in_csv(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_menus_and_rights_are_found_once() {
        let xml = "<odoo><record id=\"b\" model=\"m\">\n<field ref=\"x\"/></record><record model=\"m\"\n id=\"a\"/>\
                   <menuitem id=\"c\" name=\"C\"/><record id=\"base.user_admin\" model=\"m\"/><record id=\"b\" model=\"m\"/></odoo>";
        let files = [
            ("views/x.xml", xml.as_bytes().to_vec()),
            ("security/m.csv", b"id,name\nd,D\n\n".to_vec()),
            ("README.md", b"<record id=\"no\"".to_vec()),
        ];
        assert_eq!(of(&files), ["a", "b", "c", "d"]);
    }
}
