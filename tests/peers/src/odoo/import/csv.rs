//! CSV data files: the file's name is the model, its rows go through `load`.

use serde_json::{Value, json};

use super::ImportError;
use crate::odoo::env::Env;

pub(super) fn import(
    env: &mut Env<'_>,
    module: &str,
    file: &str,
    text: &str,
) -> Result<(), ImportError> {
    let model = file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".csv")
        .to_owned();
    let model = model.split('-').next().unwrap_or_default().to_owned();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|error| ImportError(format!("_csv.Error: {error}")))?;
    let fields: Vec<String> = headers
        .iter()
        .map(|header| header.trim().replace(':', "/"))
        .collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ImportError(format!("_csv.Error: {error}")))?;
        if record.iter().any(|cell| !cell.is_empty()) {
            rows.push(json!(record.iter().collect::<Vec<_>>()));
        }
    }
    let loaded = env.load(&model, &fields, &Value::Array(rows))?;
    if loaded["ids"] != json!(false) {
        return Ok(());
    }
    let messages: Vec<&str> = loaded["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|message| message["message"].as_str())
        .collect();
    Err(ImportError(format!(
        "Exception: Module loading {module} failed: file /tmp/{module}/{file} could not be processed:\n{}",
        messages.join("\n")
    )))
}
