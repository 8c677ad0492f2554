//! Servers of the variable `ucm_servers` as people see them in Odoo: records that nobody configures anything in, with the status and the buttons.

use serde_json::{Map, Value, json};

use crate::config::{Contents, Order, Server};
use crate::flows::reach::Odoo;
use crate::flows::roster::Roster;
use calls::phone::Form;
use odoo_client::{OdooError, server};
use ports::World;
use ucm_client::Dialect;

/// Makes the records that are missing, and writes to those that are not as the server is. What fails is tried again when the records are read
/// again, and said.
pub(crate) async fn keep<W: World>(
    odoo: &Odoo<'_, W>,
    of_variable: &[Server],
    roster: &mut Roster,
) -> Option<String> {
    let kept = roster.keep_mirrors(odoo, of_variable).await;
    kept.err().map(|error| {
        format!("the servers of the variable `ucm_servers` could not be shown in Odoo: {error}")
    })
}

impl Roster {
    async fn keep_mirrors<W: World>(
        &mut self,
        odoo: &Odoo<'_, W>,
        of_variable: &[Server],
    ) -> Result<(), OdooError> {
        let missing: Vec<usize> = (0..of_variable.len())
            .filter(|place| self.is_unshown(&of_variable[*place]))
            .collect();
        let moved = |server: &&Server| {
            let of_server = |(_, row): &&(i64, Value)| row["x_key"] == server.id;
            let row = self.mirrors.iter().find(of_server);
            match row {
                Some((_, row)) => row["x_country_code"] != server.country.to_string(),
                None => !self.taken.contains(&server.id),
            }
        };
        let moved: Vec<&Server> = of_variable.iter().filter(moved).collect();
        let codes: Vec<String> = moved
            .iter()
            .map(|server| server.country.to_string())
            .collect();
        let lands = match codes.is_empty() {
            true => Vec::new(),
            false => odoo.call(&server::countries(&codes)).await?,
        };
        let values_of = |server: &Server| {
            let mut values = shown(server);
            let code = server.country.to_string();
            let land = lands.iter().find(|land| land.code == code);
            values.extend(land.map(|land| ("x_country_id".to_owned(), json!(land.id))));
            values
        };
        for (record, values) in self.outdated(of_variable, values_of) {
            odoo.call(&server::show(record, values)).await?;
        }
        if missing.is_empty() {
            return Ok(());
        }
        let rows = missing.iter().map(|place| values_of(&of_variable[*place]));
        let made = odoo.call(&server::first_shown(rows.collect())).await?;
        for (place, record) in missing.into_iter().zip(made) {
            // Those of the variable are the first.
            if let Some(server) = self.servers.get_mut(place) {
                server.record = Some(record);
            }
        }
        Ok(())
    }

    /// Without a record, although nobody has made one of the same name: that one says what is wrong with it.
    fn is_unshown(&self, server: &Server) -> bool {
        self.mirrors
            .iter()
            .all(|(_, row)| row["x_key"] != server.id)
            && !self.taken.contains(&server.id)
    }

    /// What is to be written to which record: a server that is gone from the variable stays, paused, for its calls do.
    fn outdated(
        &self,
        of_variable: &[Server],
        values_of: impl Fn(&Server) -> Map<String, Value>,
    ) -> Vec<(i64, Map<String, Value>)> {
        let changes = self.mirrors.iter().map(|(record, row)| {
            let server = of_variable.iter().find(|server| row["x_key"] == server.id);
            let mut values = match server {
                Some(server) => values_of(server),
                None => Map::from_iter([("x_paused".to_owned(), json!(true))]),
            };
            values.retain(|field, value| row[field.as_str()] != *value);
            (*record, values)
        });
        changes.filter(|(_, values)| !values.is_empty()).collect()
    }
}

/// What a record shows of a server that is configured outside.
fn shown(of: &Server) -> Map<String, Value> {
    let host = of.base.host_str().filter(|_| of.polled);
    let dialect = match of.dialect {
        Dialect::Action => "action",
        Dialect::Legacy => "legacy",
        Dialect::Rest => "rest",
    };
    let zone = of.time_zone.map(|zone| zone.name());
    let values = json!({
        server::MIRROR: true,
        "x_paused": false,
        "x_key": of.id,
        "x_name": of.name,
        server::PUSH_ONLY: !of.polled,
        "x_host": host.unwrap_or("\u{2013}"),
        "x_port": of.base.port_or_known_default().filter(|_| of.polled).unwrap_or_default(),
        "x_https": of.base.scheme() == "https",
        "x_dialect": dialect,
        "x_username": if of.username.is_empty() { Value::Bool(false) } else { json!(of.username) },
        "x_time_zone": zone.map_or(Value::Bool(false), Value::from),
        "x_interval_minutes": of.interval.as_secs() / 60,
        "x_presence": of.phones.presence,
        "x_dial": of.dial.is_some(),
        "x_dial_form": match of.dial.unwrap_or_default() {
            Form::National => "national",
            Form::E164 => "e164",
            Form::Zeros => "zeros",
        },
    });
    let mut values = values.as_object().cloned().unwrap_or_default();
    values.extend(phonebook(of));
    values
}

fn phonebook(of: &Server) -> Map<String, Value> {
    let contents = of.phonebook.map(|book| match book.contents {
        Contents::All => "all",
        Contents::Companies => "companies",
        Contents::Filter(_) => "filter",
    });
    let order = of.phonebook.map(|book| match book.order {
        Order::Name => "name",
        Order::Recent => "recent",
        Order::Often => "often",
    });
    let values = json!({
        "x_book": contents.map_or(Value::Bool(false), Value::from),
        "x_book_size": of.phonebook.map_or(0, |book| book.most),
        "x_book_order": order.map_or(Value::Bool(false), Value::from),
    });
    values.as_object().cloned().unwrap_or_default()
}
