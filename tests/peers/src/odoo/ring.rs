//! What becomes of phones that ring: the programs of the data module that note what a phone says, and put notes on calls.
//!
//! As those of call orders they are known by their text, and a program that differs is refused. What a browser runs beside them (the card, whose number
//! it is) runs on a real Odoo only.

use serde_json::{Value, json};

use super::builtin::vals;
use super::env::{Env, ids_of};
use super::error::Outcome;
use super::order::{moved, shown, wanted};
use super::orm::search::{Page, page};

const RING: &str = "x_ucm_ring";
const CALL: &str = "x_ucm_call";

/// A program: its text, and what it does.
type Program = (&'static str, fn(&mut Env<'_>) -> Outcome<Value>);

const PROGRAMS: [Program; 5] = [
    (include_str!("ring/look.py"), |env| env.answer_questions()),
    (include_str!("ring/ring.py"), |env| env.hear_phone()),
    (include_str!("ring/link.py"), |env| env.link_rings()),
    (include_str!("ring/keep.py"), |env| {
        let rings = env.context.take("x_ucm_keep");
        env.sudo(|env| env.keep_notes(&rings))
            .map(|()| json!(false))
    }),
    (include_str!("ring/note.py"), |env| env.take_note()),
];

/// What a phone's word has added to what is known of its ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The call is new at this phone.
    First,
    /// Something has happened.
    On,
    /// Nothing that was not known.
    Nowhere,
}

/// What a group of phones that ring for one call comes to.
struct Group {
    rings: Vec<i64>,
    ringing: Vec<i64>,
    outcome: &'static str,
    by: Value,
}

impl Env<'_> {
    /// Runs `code`, if it is one of the programs about rings.
    pub(crate) fn run_ring_program(&mut self, code: &str) -> Option<Outcome<Value>> {
        let is_it = |text: &str| code.split_whitespace().eq(text.split_whitespace());
        let (_, run) = PROGRAMS.iter().find(|(text, _)| is_it(text))?;
        Some(run(self).map_err(|error| error.out_of_code(self.version(), code)))
    }

    /// What `ring/look.py` does.
    fn answer_questions(&mut self) -> Outcome<Value> {
        let questions = self.context.take("x_ucm_questions");
        let archived = self.context.show_archived;
        let mut answers: Vec<Value> = Vec::new();
        for question in questions.as_array().into_iter().flatten() {
            let mut domain = question["domain"].as_array().cloned().unwrap_or_default();
            if let Some(named) = question["named"].as_str() {
                let before = answers.last().and_then(Value::as_array);
                let ids = before
                    .into_iter()
                    .flatten()
                    .map(|row| row[named][0].clone());
                let ids: Vec<Value> = ids.filter(wanted).collect();
                let named = [json!("|"), json!(["id", "in", ids])];
                domain.splice(0..0, named);
            }
            let model = question["model"].as_str().unwrap_or_default();
            let fields: Vec<String> =
                serde_json::from_value(question["fields"].clone()).unwrap_or_default();
            self.context.show_archived = question["active_test"] == json!(false);
            let page = page(&json!(0), &question["limit"], &question["order"])?;
            let ids = self.search(model, &Value::Array(domain), &page)?;
            answers.push(Value::Array(self.read(model, &ids, &fields)?));
        }
        self.context.show_archived = archived;
        Ok(json!({ "answers": answers }))
    }

    /// What `ring/ring.py` does.
    fn hear_phone(&mut self) -> Outcome<Value> {
        let said = self.context.take("x_ucm_ring");
        self.sudo(|env| {
            let ring = env.ring_of(&said)?;
            let step = env.move_on(ring, &said)?;
            let group = env.group_around(ring)?;
            env.tell_group(ring, &group, &said, step)?;
            let is_new = step == Step::First;
            let others_ring = group.ringing.iter().any(|other| *other != ring);
            Ok(json!({ "ring": ring, "is_new": is_new, "others_ring": others_ring, "outcome": group.outcome }))
        })
    }

    /// The ring that a phone speaks of, made where it is not known.
    fn ring_of(&mut self, said: &Value) -> Outcome<i64> {
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let key = format!("{}/{}/{}", text("server"), text("call"), text("extension"));
        if let Some(ring) = self.rings(json!([["x_key", "=", key]]))?.first() {
            return Ok(*ring);
        }
        let users = self.users_of(&text("extension"), &text("server"))?;
        let name = if wanted(&said["caller"]) {
            &said["caller"]
        } else {
            &said["extension"]
        };
        let state = match wanted(&said["own"]) {
            true => "dialling",
            false => "ringing",
        };
        let row = json!({
            "x_name": name, "x_key": key, "x_server": said["server"], "x_extension": said["extension"], "x_mac": said["mac"],
            "x_caller": said["caller"], "x_number": said["number"], "x_user_ids": [[6, 0, users]], "x_state": state, "x_started_at": self.now,
            "x_own": said["own"], "x_company_id": said["company"],
        });
        Ok(self.create(RING, vec![vals(row)])?[0])
    }

    /// Whose extension it is, on that server alone or on all.
    fn users_of(&mut self, extension: &str, server: &str) -> Outcome<Vec<i64>> {
        let found = self.search(
            "x_ucm_extension",
            &json!([["x_name", "=", extension]]),
            &Page::default(),
        )?;
        let place = |env: &Self, id: i64| {
            let record = env.stored_id("x_ucm_extension", id, "x_server_id");
            let key = record.map(|record| env.stored("x_ucm_server", record, "x_key"));
            let key = key.unwrap_or_else(|| env.stored("x_ucm_extension", id, "x_server"));
            key.as_str().unwrap_or_default().to_owned()
        };
        let of = |env: &Self, wanted: &str| -> Vec<i64> {
            let here = found.iter().filter(|id| place(env, **id) == wanted);
            here.filter_map(|id| env.stored_id("x_ucm_extension", *id, "x_user_id"))
                .collect()
        };
        let own = of(self, server);
        let mut users = if own.is_empty() { of(self, "") } else { own };
        users.retain(|user| {
            let is = |field: &str| self.stored("res.users", *user, field) == json!(true);
            is("active") && !is("share")
        });
        users.dedup();
        Ok(users)
    }

    /// What is known of a ring only moves on.
    fn move_on(&mut self, ring: i64, said: &Value) -> Outcome<Step> {
        let get = |env: &Self, field: &str| env.stored(RING, ring, field);
        let event = said["event"].as_str().unwrap_or_default();
        let state = get(self, "x_state").as_str().unwrap_or_default().to_owned();
        let is_answered = wanted(&get(self, "x_answered_at"));
        let is_new = event == "incoming" && !wanted(&get(self, "x_match"));
        let mut row = vals(json!({}));
        if is_new {
            row.extend(vals(json!({
                "x_match": said["match"], "x_partner_id": said["partner"], "x_candidate_ids": [[6, 0, said["candidates"]]],
                "x_caller_name": said["name"],
            })));
        }
        if event == "answered" && !is_answered {
            row.insert("x_answered_at".to_owned(), json!(self.now));
        }
        let next = match (event, state.as_str()) {
            ("answered", "ringing" | "dialling") => Some("answered"),
            ("terminated", "ringing" | "dialling" | "answered") | ("missed", "dialling") => {
                Some("ended")
            }
            ("missed", "ringing" | "ended") if !is_answered => Some("missed"),
            _ => None,
        };
        if let Some(next) = next {
            row.insert("x_state".to_owned(), json!(next));
            if !wanted(&get(self, "x_stopped_at")) {
                row.insert("x_stopped_at".to_owned(), json!(self.now));
            }
        }
        self.write(RING, &[ring], &row)?;
        let is_own = wanted(&get(self, "x_own")) || wanted(&said["own"]);
        let shown = json!({ "x_presence": wanted(&said["presence"]), "x_own": is_own });
        self.write(RING, &[ring], &vals(shown))?;
        Ok(match (is_new, row.is_empty()) {
            (true, _) => Step::First,
            (false, false) => Step::On,
            (false, true) => Step::Nowhere,
        })
    }

    /// The phones that ring for one caller at once, or one right after another.
    fn group_around(&mut self, ring: i64) -> Outcome<Group> {
        let get = |env: &Self, id: i64, field: &str| env.stored(RING, id, field);
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let caller = shown(get(self, ring, "x_caller"));
        let domain = json!([
            ["x_server", "=", get(self, ring, "x_server")],
            ["x_caller", "=", caller],
            [
                "x_started_at",
                ">=",
                moved(&get(self, ring, "x_started_at"), -900)
            ],
            ["x_own", "=", false],
        ]);
        let order = Page {
            order: Some("x_started_at, id".to_owned()),
            ..Page::default()
        };
        let (mut rings, mut until, mut taken) = (Vec::new(), String::new(), String::new());
        for other in self.search(RING, &domain, &order)? {
            let started = get(self, other, "x_started_at");
            let end_of_group = if taken.is_empty() { &until } else { &taken };
            if !rings.is_empty() && text(started.clone()) > *end_of_group {
                if rings.contains(&ring) {
                    break;
                }
                (rings, until, taken) = (Vec::new(), String::new(), String::new());
            }
            let stopped = get(self, other, "x_stopped_at");
            let still = text(moved(&started, 300)).min(self.now.clone());
            let end = if wanted(&stopped) {
                stopped
            } else {
                json!(still)
            };
            until = until.max(text(moved(&end, 3)));
            let answered = text(shown(get(self, other, "x_answered_at")));
            if !answered.is_empty() && (taken.is_empty() || answered < taken) {
                taken = answered;
            }
            rings.push(other);
        }
        let is_one = rings.contains(&ring) && (wanted(&caller) || rings.len() == 1);
        let rings = if is_one { rings } else { vec![ring] };
        let is = |env: &Self, id: &i64, state: &str| get(env, *id, "x_state") == json!(state);
        let young = text(moved(&json!(self.now), -300));
        let ringing = rings.iter().copied();
        let ringing: Vec<i64> = ringing
            .filter(|id| is(self, id, "ringing") && text(get(self, *id, "x_started_at")) > young)
            .collect();
        // The order of rings is that of their model: the newest first.
        let newest = self.rings(json!([["id", "in", rings], ["x_answered_at", "!=", false]]))?;
        let answered = rings.iter().copied().find(|id| newest.contains(id));
        let is_missed = is_one && rings.iter().any(|id| is(self, id, "missed"));
        let outcome = match answered {
            Some(_) => "answered",
            None if !ringing.is_empty() => "ringing",
            None if is_missed => "missed",
            None => "ended",
        };
        let by = answered.map_or(json!(false), |id| self.phone_of_whom(id));
        Ok(Group {
            rings,
            ringing,
            outcome,
            by,
        })
    }

    /// The names of those whose phone it is, or its extension.
    fn phone_of_whom(&mut self, ring: i64) -> Value {
        let users = ids_of(&self.stored(RING, ring, "x_user_ids"));
        let names: Vec<String> = users
            .iter()
            .filter_map(|user| Some(self.display_name("res.users", *user).as_str()?.to_owned()))
            .collect();
        if names.is_empty() {
            self.stored(RING, ring, "x_extension")
        } else {
            json!(names.join(", "))
        }
    }

    fn tell_group(&mut self, ring: i64, group: &Group, said: &Value, step: Step) -> Outcome<()> {
        let is_new = step == Step::First;
        let everybody = said["event"] == "answered" || group.ringing.is_empty();
        let card = self.xmlid("ucm_odoo", "action_ring_card").map(|(_, id)| id);
        for other in &group.rings {
            let still_rings = group.ringing.contains(other);
            let is_own = *other == ring && step != Step::Nowhere;
            let is_told = everybody || is_own || (is_new && !still_rings);
            if !is_told || !wanted(&self.stored(RING, *other, "x_match")) {
                continue;
            }
            let state = self.stored(RING, *other, "x_state");
            for user in ids_of(&self.stored(RING, *other, "x_user_ids")) {
                if !wanted(&said["notice"]) {
                    let payload = json!({
                        "ring": other, "state": state, "outcome": group.outcome, "by": group.by,
                        "mine": wanted(&self.stored(RING, *other, "x_answered_at")), "card": card,
                    });
                    self.send(user, "ucm_odoo.ring", &payload)?;
                } else if is_new && *other == ring && state == json!("ringing") {
                    let title =
                        json!({ "title": self.stored(RING, ring, "x_caller"), "message": "" });
                    self.notify(user, &title, "info", true)?;
                }
            }
        }
        Ok(())
    }

    /// What `ring/link.py` does.
    fn link_rings(&mut self) -> Outcome<Value> {
        let asked = self.context.take("x_ucm_ring");
        self.sudo(|env| {
            let mut overtaken = Vec::new();
            for link in asked["links"].as_array().into_iter().flatten() {
                let ring = env.rings(json!([["id", "=", link["ring"]], ["x_call_id", "=", false]]))?;
                let call = env.search(CALL, &json!([["id", "=", link["call"]]]), &Page::default())?;
                let (Some(ring), Some(call)) = (ring.first(), call.first()) else {
                    overtaken.push(link["ring"].clone());
                    continue;
                };
                env.write(RING, &[*ring], &vals(json!({ "x_call_id": call })))?;
                if wanted(&env.stored(RING, *ring, "x_note")) {
                    env.keep_notes(&json!([ring]))?;
                }
            }
            let yesterday = moved(&json!(env.now), -86_400);
            let old = env.rings(json!([
                ["x_started_at", "<", yesterday], "|", ["x_note", "=", false], ["x_call_id", "!=", false],
            ]))?;
            env.unlink(RING, &old)?;
            let mut waiting = env.rings(json!([
                ["x_server", "=", asked["server"]], ["x_call_id", "=", false], ["x_match", "!=", false], ["x_caller", "!=", false],
                ["x_started_at", ">=", yesterday],
            ]))?;
            waiting.sort_unstable();
            let row = |id: &i64| {
                let get = |field: &str| env.stored(RING, *id, field);
                json!({ "id": id, "extension": get("x_extension"), "caller": get("x_caller"), "started_at": get("x_started_at") })
            };
            Ok(json!({ "overtaken": overtaken, "waiting": waiting.iter().map(row).collect::<Vec<_>>() }))
        })
    }

    /// What `ring/keep.py` does.
    fn keep_notes(&mut self, rings: &Value) -> Outcome<()> {
        for ring in ids_of(rings) {
            let Some(call) = self.stored_id(RING, ring, "x_call_id") else {
                continue;
            };
            let text = |env: &Self, model: &str, id: i64, field: &str| {
                env.stored(model, id, field)
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            let mark = format!("<p class=\"o_ucm_ring_{ring}\">");
            let note = text(self, RING, ring, "x_note");
            let note = note
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('\n', "<br>");
            let piece = if note.is_empty() {
                note
            } else {
                format!("{mark}{note}</p>")
            };
            let mut notes = text(self, CALL, call, "x_notes");
            let kept = text(self, RING, ring, "x_kept");
            match paragraph(&notes, &mark) {
                Some((at, found)) if found == kept => {
                    notes.replace_range(at..at + kept.len(), &piece);
                }
                _ => notes.push_str(&piece),
            }
            let held = |text: &str| {
                if text.is_empty() {
                    json!(false)
                } else {
                    json!(text)
                }
            };
            self.write(CALL, &[call], &vals(json!({ "x_notes": held(&notes) })))?;
            let kept = paragraph(&notes, &mark).map_or(json!(false), |(_, found)| json!(found));
            self.write(RING, &[ring], &vals(json!({ "x_kept": kept })))?;
        }
        Ok(())
    }

    /// What `ring/note.py` does.
    fn take_note(&mut self) -> Outcome<Value> {
        let asked = self.context.take("x_ucm_ring");
        let own = json!([["id", "=", asked["ring"]], ["x_user_ids", "in", [self.uid]]]);
        let ring = self.rings(own)?.first().copied();
        let note = asked["note"].as_str().unwrap_or_default();
        let mut note: String = note
            .chars()
            .take(10_000)
            .collect::<String>()
            .trim()
            .to_owned();
        let Some(ring) = ring else {
            return Ok(json!({ "note": note, "is_kept": false }));
        };
        self.sudo(|env| {
            let stored = env.stored(RING, ring, "x_note");
            let stored = stored.as_str().unwrap_or_default().to_owned();
            if stored != note && stored != asked["was"].as_str().unwrap_or_default() {
                note = format!("{stored}\n{note}");
            }
            if stored != note {
                let held = if note.is_empty() {
                    json!(false)
                } else {
                    json!(note)
                };
                env.write(RING, &[ring], &vals(json!({ "x_note": held })))?;
                env.keep_notes(&json!([ring]))?;
            }
            Ok(json!({ "note": note, "is_kept": true }))
        })
    }

    fn rings(&mut self, domain: Value) -> Outcome<Vec<i64>> {
        self.search(RING, &domain, &Page::default())
    }
}

/// The last paragraph with a mark, and where it stands.
fn paragraph<'t>(notes: &'t str, mark: &str) -> Option<(usize, &'t str)> {
    let at = notes.rfind(mark)?;
    let end = at + notes[at..].find("</p>")? + "</p>".len();
    Some((at, &notes[at..end]))
}
