//! Odoo's own models, read from `models.txt`: a line per model or field.

use crate::odoo::env::Site;
use crate::odoo::schema::{Compute, Field, Model, OnDelete, Ttype};
use crate::odoo::version::Version;

/// Reads `models.txt`: a line per model or field.
pub(super) fn models(site: &Site) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    for line in include_str!("models.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let (head, label, options) = split_line(line);
        let options: Vec<(&str, &str)> = options
            .split_whitespace()
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .collect();
        let is_brought_back = site.mobile && matches!(head.as_slice(), ["char", "mobile"]);
        if !is_brought_back
            && !options
                .iter()
                .all(|(key, value)| applies(site.version, key, value))
        {
            continue;
        }
        match head.as_slice() {
            ["model", name] => models.push(model_of(name, label, &options)),
            [ttype, name] => {
                let name = if *name == "GROUPS" {
                    site.version.groups_field()
                } else {
                    name
                };
                if let (Some(model), Some(ttype)) = (models.last_mut(), Ttype::parse(ttype)) {
                    model.put(field_of(name, ttype, label, &options));
                }
            }
            _ => {}
        }
    }
    models.retain(|model| match model.name.as_str() {
        "base.import.module" => site.import_module,
        "crm.lead" => site.crm,
        _ => true,
    });
    models
}

/// `type name "Label" options`.
fn split_line(line: &str) -> (Vec<&str>, &str, &str) {
    let mut parts = line.splitn(3, '"');
    let head = parts
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    (
        head,
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

fn applies(version: Version, key: &str, value: &str) -> bool {
    let number: u16 = value.parse().unwrap_or_default();
    match key {
        "from" => version.major() >= number,
        "until" => version.major() <= number,
        _ => true,
    }
}

fn model_of(name: &str, label: &str, options: &[(&str, &str)]) -> Model {
    let mut model = Model::new(name, label);
    for (key, value) in options {
        match *key {
            "order" => model.order = value.replace('+', " ").replace('/', ", "),
            "rec" => model.rec_name = (*value).to_owned(),
            "transient" => model.transient = true,
            "thread" => model.mail_thread = true,
            _ => {}
        }
    }
    model
}

fn field_of(name: &str, ttype: Ttype, label: &str, options: &[(&str, &str)]) -> Field {
    let mut field = Field::new(name, ttype, label);
    for (key, value) in options {
        match *key {
            "rel" => field.relation = Some((*value).to_owned()),
            "inv" => field.relation_field = Some((*value).to_owned()),
            "req" => field.required = true,
            "ro" => field.readonly = true,
            "index" => field.index = true,
            "trans" => field.translate = true,
            "nostore" => field.store = false,
            "cascade" => field.on_delete = OnDelete::Cascade,
            "restrict" => field.on_delete = OnDelete::Restrict,
            "groups" => field.groups = Some((*value).to_owned()),
            "default" => field.default = serde_json::from_str(&value.replace('+', " ")).ok(),
            "sel" => field.selection = selection(value),
            "ttypes" => {
                field.selection = Ttype::names()
                    .map(|name| (name.to_owned(), name.to_owned()))
                    .collect()
            }
            "related" => {
                field.compute = Some(Compute::Related((*value).to_owned()));
                field.store = false;
                field.readonly = true;
            }
            "compute" => {
                field.compute = compute(value);
                field.readonly = true;
            }
            _ => {}
        }
    }
    field
}

fn selection(text: &str) -> Vec<(String, String)> {
    let pair = |option: &str| {
        let (value, label) = option.split_once(':').unwrap_or((option, option));
        (value.replace('+', " "), label.replace('+', " "))
    };
    text.split('|').map(pair).collect()
}

fn compute(name: &str) -> Option<Compute> {
    match name {
        "phone_sanitized" => Some(Compute::PhoneSanitized),
        "phone_mobile_search" => Some(Compute::PhoneMobileSearch),
        "commercial" => Some(Compute::CommercialPartner),
        "complete_name" => Some(Compute::CompleteName),
        "all_groups" => Some(Compute::AllGroups),
        "full_name" => Some(Compute::GroupFullName),
        "external_id" => Some(Compute::ExternalId),
        _ => None,
    }
}
