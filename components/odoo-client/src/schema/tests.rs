use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use roxmltree::{Document, Node};

use super::*;

mod programs;

const SERIES: [Version; 3] = [
    Version::new(17, 0),
    Version::new(18, 0),
    Version::new(19, 0),
];

const PARTS: [&Part; 3] = [&JOURNAL, &CRM, &CAMPAIGNS];

/// The files of all modules.
fn unpack(version: Version) -> BTreeMap<String, String> {
    PARTS
        .into_iter()
        .flat_map(|part| unpack_part(part, version))
        .collect()
}

fn unpack_part(part: &Part, version: Version) -> BTreeMap<String, String> {
    let package = pack(part, version, &[]).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(package.zip)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(
            file.name().to_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        );
    }
    files
}

#[test]
fn every_file_of_the_folder_is_packed() {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found)
            } else {
                found.push(path.display().to_string())
            }
        }
    }
    for part in PARTS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../odoo-setup");
        let folder = folder.join(part.module);
        let mut found = Vec::new();
        walk(&folder, &mut found);
        let prefix = format!("{}/", folder.display());
        let mut found: Vec<&str> = found
            .iter()
            .map(|path| path.strip_prefix(&prefix).unwrap())
            .collect();
        found.sort_unstable();
        let packed: Vec<&str> = part.files.iter().map(|(path, _)| *path).collect();
        assert_eq!(found, packed);
    }
}

#[test]
fn the_manifest_names_every_data_file() {
    let all = PARTS.map(|part| SERIES.map(|version| (part, version)));
    for (part, version) in all.into_iter().flatten() {
        let files = unpack_part(part, version);
        let folder = format!("{}/", part.module);
        let manifest = &files[&format!("{folder}__manifest__.py")];
        let version = pack(part, version, &[]).unwrap().version;
        assert!(
            manifest.contains(&format!("\"version\": \"{version}\"")),
            "{manifest}"
        );
        let data = files
            .keys()
            .filter_map(|path| path.strip_prefix(&folder))
            .filter(|path| path.ends_with(".xml") || path.ends_with(".csv"))
            .filter(|path| !path.starts_with("static/"))
            .map(str::to_owned);
        // What the browser loads goes by the name of the module as well, and each by its own: no pattern is taken.
        let loaded = files
            .keys()
            .filter(|path| path.starts_with(&format!("{folder}static/src/")))
            .cloned();
        for path in data.chain(loaded) {
            assert!(
                manifest.contains(&format!("\"{path}\"")),
                "{path} is not in the manifest"
            );
        }
    }
}

#[test]
fn what_is_imported_first_names_no_file_that_is_not_in_it() {
    for part in PARTS {
        for first in pack(part, SERIES[2], &[]).unwrap().first {
            let mut zip = zip::ZipArchive::new(Cursor::new(first.zip)).unwrap();
            let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
            let mut manifest = String::new();
            let mut file = zip
                .by_name(&format!("{}/__manifest__.py", part.module))
                .unwrap();
            file.read_to_string(&mut manifest).unwrap();
            assert!(!manifest.contains("assets"), "{manifest}");
            assert_eq!(names.len(), 3, "{names:?}");
        }
    }
}

#[test]
fn each_series_gets_its_own_spelling() {
    let check = |version, expected: [&str; 3], refused: [&str; 3]| {
        let text: String = unpack(version)
            .into_iter()
            .filter(|(path, _)| path.ends_with(".xml"))
            .map(|(_, text)| text)
            .collect();
        for spelling in expected {
            assert!(text.contains(spelling), "{version} lacks {spelling}");
        }
        for spelling in refused {
            assert!(!text.contains(spelling), "{version} has {spelling}");
        }
    };
    check(
        Version::new(17, 0),
        ["<tree ", "\"view_mode\">tree", "\"groups_id\""],
        ["<list", "\"view_mode\">list", "\"group_ids\""],
    );
    check(
        Version::new(18, 0),
        ["<list ", "\"view_mode\">list", "\"groups_id\""],
        ["<tree", "\"view_mode\">tree", "\"group_ids\""],
    );
    check(
        Version::new(19, 0),
        ["<list ", "\"view_mode\">list", "\"group_ids\""],
        ["<tree", "\"view_mode\">tree", "\"groups_id\""],
    );
}

#[test]
fn the_content_is_stamped_and_the_archive_reproducible() {
    for part in PARTS {
        for version in SERIES {
            let package = pack(part, version, &[]).unwrap();
            assert_eq!(package, pack(part, version, &[]).unwrap());
            let stamp = format!("{}/data/content.xml", part.module);
            let stamp = &unpack_part(part, version)[&stamp];
            assert!(
                stamp.contains(&package.content) && !stamp.contains(STAMP_PLACE),
                "{stamp}"
            );
            assert!(stamp.contains(part.content_parameter));
        }
        let content = |version| pack(part, version, &[]).unwrap().content;
        assert_ne!(content(SERIES[0]), content(SERIES[2]));
    }
}

#[test]
fn a_call_has_its_chatter_as_each_series_writes_it() {
    for version in SERIES {
        let form = &unpack(version)["ucm_odoo/views/x_ucm_call_views.xml"];
        let old = "<div class=\"oe_chatter\"><field name=\"message_follower_ids\"/>";
        assert_eq!(form.contains(old), version.major < 18, "{version}");
        assert_eq!(
            form.contains("<chatter/>"),
            version.major >= 18,
            "{version}"
        );
    }
}

#[test]
fn what_heads_the_groups_has_another_model_before_19() {
    for version in SERIES {
        let files = unpack(version);
        let (model, field) = if version.major < 19 {
            ("ir.module.category", "category_id")
        } else {
            ("res.groups.privilege", "privilege_id")
        };
        let security = &files["ucm_odoo/security/ucm_odoo_security.xml"];
        assert!(security.contains(&format!(
            "<record id=\"privilege_ucm_odoo\" model=\"{model}\">"
        )));
        assert!(security.contains(&format!("name=\"{field}\" ref=\"privilege_ucm_odoo\"")));
        let above = if version.major < 19 {
            "parent_id"
        } else {
            "category_id"
        };
        for file in ["ucm_odoo_groups", "ucm_odoo_security"] {
            let groups = &files[&format!("ucm_odoo/security/{file}.xml")];
            let link = format!("name=\"{above}\" ref=\"module_category_ucm_odoo\"");
            assert!(groups.contains(&link), "{version}: {file}");
        }
        if let Some(french) = files.get("ucm_odoo/i18n/fr.po") {
            assert!(
                french.contains(&format!("model:{model},name:")),
                "{version}"
            );
        }
    }
}

#[test]
fn the_terms_of_17_are_data_of_the_active_languages() {
    let english = pack(&JOURNAL, SERIES[0], &["en_US".to_owned()]).unwrap();
    let french = pack(
        &JOURNAL,
        SERIES[0],
        &["en_US".to_owned(), "fr_FR".to_owned()],
    )
    .unwrap();
    assert_ne!(english.content, french.content);
    let mut zip = zip::ZipArchive::new(Cursor::new(french.zip)).unwrap();
    assert!(zip.by_name("ucm_odoo/i18n/fr.po").is_err());
    let mut terms = String::new();
    let mut file = zip.by_name("ucm_odoo/data/terms.xml").unwrap();
    file.read_to_string(&mut terms).unwrap();
    assert!(terms.contains("Journal d'appels"), "{terms}");
    // From 18 on Odoo reads the catalogues, whatever languages are active.
    let newer = pack(&JOURNAL, SERIES[1], &["fr_FR".to_owned()]).unwrap();
    assert_eq!(newer, pack(&JOURNAL, SERIES[1], &[]).unwrap());
}

#[test]
fn why_a_call_has_no_contact_is_told_by_a_choice() {
    use calls::contacts::{KeyTaken, Standing};
    use calls::phone::Unreadable;
    let taken = [
        KeyTaken::Archived,
        KeyTaken::NumberChanged,
        KeyTaken::OtherCompany,
        KeyTaken::Unseen,
    ];
    let unreadable = [
        Unreadable::Text,
        Unreadable::Code,
        Unreadable::TooShort,
        Unreadable::TooLong,
        Unreadable::NoCountry,
        Unreadable::Invalid,
        Unreadable::Ambiguous,
    ];
    let taken = taken.map(|reason| Standing::KeyTaken { id: 1, reason });
    let reasons = taken
        .into_iter()
        .chain(unreadable.map(Standing::Unreadable))
        .filter_map(|standing| standing.reason());
    let call = file("data/x_ucm_call.xml");
    let (_, choices) = call.split_once("\nwhy = {\n").unwrap();
    let (choices, _) = choices.split_once("\n}\n").unwrap();
    let choices: Vec<(String, &str)> = choices
        .lines()
        .map(|line| {
            let (reason, value) = line.trim().rsplit_once(": ").unwrap();
            let quote = reason.chars().next().unwrap();
            let value = value.trim_matches(['\'', ',']);
            (reason.trim_matches(quote).to_owned(), value)
        })
        .collect();
    let told: Vec<&str> = choices.iter().map(|(reason, _)| reason.as_str()).collect();
    assert_eq!(told, reasons.collect::<Vec<_>>());
    for (_, value) in choices {
        let choice = format!("id=\"selection__x_ucm_call__x_match_why__{value}\"");
        assert!(call.contains(&choice), "{value}");
    }
}

/// A file of the journal's module.
fn file(name: &str) -> String {
    let (_, bytes) = JOURNAL_FILES
        .iter()
        .find(|(path, _)| path.ends_with(name))
        .unwrap();
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_journey_is_told_in_every_language_of_the_journal() {
    use calls::cdr::{Place, Stop};
    let places = [
        Place::Number,
        Place::Ivr,
        Place::RingGroup,
        Place::Queue,
        Place::Extension,
        Place::Outside,
        Place::FollowMe,
        Place::Transfer,
        Place::Park,
        Place::Voicemail,
        Place::Conference,
        Place::Fax,
        Place::Feature,
    ];
    let stops = [Stop::Answered, Stop::NoAnswer, Stop::Busy, Stop::Failed];
    let places = places.iter().map(ToString::to_string);
    let words = places.chain(stops.iter().map(ToString::to_string));
    let call = file("data/x_ucm_call.xml");
    for word in words {
        assert_eq!(call.matches(&format!("\"{word}\": ")).count(), 3, "{word}");
    }
}

/// Odoo offers every stored number of a model in its pivots and diagrams; sums of these say nothing.
#[test]
fn what_says_nothing_as_a_sum_is_not_offered() {
    let of_no_use = [
        ("x_ucm_call", "x_copy_tries"),
        ("x_ucm_member", "x_lead_made"),
        ("x_ucm_member", "x_res_id"),
    ];
    let mut looked_at = 0;
    let files = PARTS.into_iter().flat_map(|part| part.files);
    for (path, bytes) in files.filter(|(path, _)| path.starts_with("views/")) {
        let document = Document::parse(std::str::from_utf8(bytes).unwrap()).unwrap();
        let of = |node: Node<'_, '_>, name: &str, value: &dyn Fn(Node<'_, '_>) -> bool| {
            let mut fields = node.children().filter(|field| field.has_tag_name("field"));
            fields.any(|field| field.attribute("name") == Some(name) && value(field))
        };
        for view in document.descendants() {
            let kind = view.tag_name().name();
            if !["pivot", "graph"].contains(&kind) {
                continue;
            }
            let record = view.ancestors().find(|node| node.has_tag_name("record"));
            for (model, field) in of_no_use {
                if of(record.unwrap(), "model", &|node| node.text() == Some(model)) {
                    looked_at += 1;
                    let is_hidden = of(view, field, &|node| node.has_attribute("invisible"));
                    assert!(is_hidden, "{path}: the {kind} offers {field}");
                }
            }
        }
    }
    assert!(looked_at > of_no_use.len(), "{looked_at}");
}

/// A list shows three columns on a phone, where Odoo opens the cards of an action that has some.
#[test]
fn what_people_read_at_work_is_cards_on_a_phone() {
    let configuration = [
        "action_phone_setup",
        "action_phone_setup_of_server",
        "action_x_ucm_extension",
        "action_x_ucm_phone",
        "action_x_ucm_result",
        "action_x_ucm_server",
    ];
    let (mut lists, mut cards) = (Vec::new(), BTreeSet::new());
    let files = PARTS.into_iter().flat_map(|part| part.files);
    for (_, bytes) in files.filter(|(path, _)| path.starts_with("views/")) {
        let document = Document::parse(std::str::from_utf8(bytes).unwrap()).unwrap();
        for record in document
            .descendants()
            .filter(|it| it.has_tag_name("record"))
        {
            let of = |name: &str| {
                let mut fields = record.children().filter(|it| it.has_tag_name("field"));
                fields.find(|field| field.attribute("name") == Some(name))
            };
            let text = |name: &str| of(name).and_then(|field| field.text()).unwrap_or_default();
            let is_kanban =
                |arch: Node<'_, '_>| arch.children().any(|it| it.has_tag_name("kanban"));
            if of("arch").is_some_and(is_kanban) {
                cards.insert(text("model").to_owned());
            }
            let id = record.attribute("id").unwrap();
            if text("view_mode").starts_with("list") && !configuration.contains(&id) {
                let modes = text("view_mode").split(',').map(str::to_owned);
                lists.push((
                    id.to_owned(),
                    text("res_model").to_owned(),
                    modes.collect::<Vec<_>>(),
                ));
            }
        }
    }
    assert!(lists.len() > 8, "{lists:?}");
    for (id, model, modes) in lists {
        assert!(
            modes.contains(&"kanban".to_owned()) && cards.contains(&model),
            "{id}"
        );
    }
}
