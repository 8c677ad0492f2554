use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::odoo::builtin::{self, Seed, vals};
use crate::odoo::env::{Context, Env, SUPERUSER, Site};
use crate::odoo::store::{Store, Transaction};
use crate::odoo::version::Version;

const MODEL: &str = "x_call";
/// Rows that are there before a test changes some.
const ROWS: i64 = 100;

static SITE: Site = Site {
    version: Version::V19,
    phone_numbers: true,
    import_module: true,
    mobile: false,
    crm: false,
    webhooks: None,
};

/// A model with an index on fields of each kind, and rows in it.
static STORE: LazyLock<Arc<Store>> = LazyLock::new(|| {
    let store = Arc::<Store>::default();
    let seed = Seed {
        country: None,
        admin_key: "key of the administrator".to_owned(),
        user_key: "key of the user".to_owned(),
        languages: Vec::new(),
    };
    builtin::install(&store, &SITE, &seed).unwrap();
    let mut tx = store.begin();
    let mut env = env(&mut tx);
    let field = |name: &str, ttype: &str| json!([0, 0, {"name": name, "ttype": ttype, "field_description": name, "index": true}]);
    let model = json!({"name": "Call", "model": MODEL, "field_id": [
        field("x_uid", "char"), field("x_n", "integer"), field("x_f", "float"), field("x_b", "boolean"), field("x_at", "datetime"),
        [0, 0, {"name": "x_contact", "ttype": "many2one", "relation": "res.partner", "field_description": "Contact", "on_delete": "set null"}],
        [0, 0, {"name": "x_contacts", "ttype": "many2many", "relation": "res.partner", "field_description": "Contacts"}],
    ]});
    env.create("ir.model", vec![vals(model)]).unwrap();
    for n in 0..ROWS {
        let row = json!({"x_uid": format!("u{n}"), "x_n": n % 7, "x_at": moment(n), "x_contact": 1 + n % 2});
        env.create(MODEL, vec![vals(row)]).unwrap();
    }
    tx.commit().unwrap();
    store
});

fn env(tx: &mut Transaction) -> Env<'_> {
    Env::new(tx, &SITE, SUPERUSER, Context::default())
}

fn moment(hour: i64) -> String {
    format!("2026-03-{:02} {:02}:00:00", 1 + hour / 24, hour % 24)
}

/// What a field holds, or is asked for.
fn held(field: &'static str) -> BoxedStrategy<Value> {
    let some = match field {
        "x_uid" => (0..ROWS).prop_map(|n| json!(format!("u{n}"))).boxed(),
        "x_at" => (0..ROWS).prop_map(|n| json!(moment(n))).boxed(),
        "x_b" => any::<bool>().prop_map(|flag| json!(flag)).boxed(),
        "x_f" => (0..8i64).prop_map(|n| json!(n as f64 / 2.0)).boxed(),
        "x_n" => (0..8i64).prop_map(|n| json!(n)).boxed(),
        "x_contact" | "x_contacts" => (1..4i64).prop_map(|id| json!(id)).boxed(),
        _ => (1..=ROWS).prop_map(|id| json!(id)).boxed(),
    };
    prop_oneof![6 => some, 1 => Just(json!(false))].boxed()
}

const FIELDS: [&str; 8] = [
    "id",
    "x_uid",
    "x_n",
    "x_f",
    "x_b",
    "x_at",
    "x_contact",
    "x_contacts",
];

const ORDERS: [&str; 6] = ["=", "!=", "<", "<=", ">", ">="];

fn condition() -> impl Strategy<Value = Vec<Value>> {
    let field = select(&FIELDS[..]);
    let some = field.prop_flat_map(|field| {
        let one = (select(&ORDERS[..]), held(field));
        let many = (
            select(&["=", "!=", "in", "not in"][..]),
            prop::collection::vec(held(field), 0..5),
        );
        prop_oneof![
            one.prop_map(move |(op, value)| vec![json!([field, op, value])]),
            many.prop_map(move |(op, values)| vec![json!([field, op, values])]),
        ]
    });
    let border =
        (select(&ORDERS[2..]), held("x_at")).prop_map(|(op, value)| json!(["x_at", op, value]));
    prop_oneof![3 => some, 1 => prop::collection::vec(border, 2..4)]
}

fn domain() -> impl Strategy<Value = Vec<Value>> {
    let joined = |(op, left, right): (&str, Vec<Value>, Vec<Value>)| match op {
        "" => [left, right].concat(),
        "!" => [vec![json!("!")], left, right].concat(),
        op => [vec![json!(op)], left, right].concat(),
    };
    condition().prop_recursive(3, 8, 2, move |inner| {
        (select(&["", "&", "|", "!"][..]), inner.clone(), inner).prop_map(joined)
    })
}

/// Something that a transaction does, to the row with that id where it is about one.
#[derive(Clone, Debug)]
enum Deed {
    Create(Value),
    Write(i64, Value),
    Unlink(i64),
    /// All of these, which are then undone.
    InVain(Vec<Deed>),
}

fn deed() -> impl Strategy<Value = Deed> {
    let values = || {
        let of = |field| held(field).prop_map(move |value| (field, value));
        prop::collection::vec(select(&FIELDS[1..7]).prop_flat_map(of), 1..4)
            .prop_map(|held| {
                held.into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            })
            .prop_map(Value::Object)
    };
    let plain = prop_oneof![
        values().prop_map(Deed::Create),
        (1..=ROWS, values()).prop_map(|(id, values)| Deed::Write(id, values)),
        (1..=ROWS, prop::collection::vec(1..4i64, 0..3))
            .prop_map(|(id, contacts)| Deed::Write(id, json!({"x_contacts": [[6, 0, contacts]]}))),
        (1..=ROWS).prop_map(Deed::Unlink),
    ];
    plain.prop_recursive(1, 8, 8, |deed| {
        prop::collection::vec(deed, 1..8).prop_map(Deed::InVain)
    })
}

fn done(env: &mut Env<'_>, deed: Deed) {
    let is_there = |env: &Env<'_>, id| env.row(MODEL, id).is_some();
    match deed {
        Deed::Create(values) => _ = env.create(MODEL, vec![vals(values)]).unwrap(),
        Deed::Write(id, values) if is_there(env, id) => {
            env.write(MODEL, &[id], &vals(values)).unwrap()
        }
        Deed::Unlink(id) if is_there(env, id) => env.unlink(MODEL, &[id]).unwrap(),
        Deed::Write(..) | Deed::Unlink(_) => {}
        Deed::InVain(deeds) => {
            let before = env.tx.savepoint();
            deeds.into_iter().for_each(|deed| done(env, deed));
            env.tx.rollback_to(before);
        }
    }
}

proptest! {
    #[test]
    fn what_an_index_narrows_matches_as_if_all_rows_were_looked_through(
        deeds in prop::collection::vec(deed(), 0..12),
        domains in prop::collection::vec(domain(), 1..12),
    ) {
        let mut tx = STORE.begin();
        let mut env = env(&mut tx);
        deeds.into_iter().for_each(|deed| done(&mut env, deed));
        let model = env.model(MODEL).unwrap();
        for domain in domains {
            let node = env.domain(&model, &Value::Array(domain.clone())).unwrap();
            let rows = env.table(MODEL).unwrap().rows.iter();
            let all = rows.filter(|(id, row)| env.matches(&model, **id, row, &node));
            let all: Vec<i64> = all.map(|(id, _)| *id).collect();
            prop_assert_eq!(env.matching(&model, &node), all, "{:?}", domain);
        }
    }
}

#[test]
fn a_condition_of_few_rows_narrows_before_one_of_many() {
    let mut tx = STORE.begin();
    let mut env = env(&mut tx);
    let model = env.model(MODEL).unwrap();
    let mut check = |domain: Value, expected: Option<usize>| {
        let node = env.domain(&model, &domain).unwrap();
        let found = candidates(env.table(MODEL).unwrap(), &node);
        assert_eq!(found.map(|ids| ids.len()), expected, "{domain}");
    };
    let (half, late) = (
        json!(["x_contact", "=", 1]),
        json!(["x_at", ">=", moment(95)]),
    );
    check(json!([half]), Some(50));
    check(json!([half, late]), Some(5));
    check(
        json!([["x_at", "<=", moment(42)], ["x_at", ">", moment(39)]]),
        Some(3),
    );
    check(
        json!([["x_at", ">=", moment(42)], ["x_at", "<", moment(39)]]),
        Some(0),
    );
    check(json!([half, late, ["x_uid", "=", "u7"]]), Some(5));
    check(json!([half, ["x_uid", "in", ["u7", "u8", "u7"]]]), Some(2));
    check(json!(["|", ["id", ">", 97], ["x_uid", "=", "u7"]]), Some(4));
    check(json!(["|", late, ["x_uid", "!=", "u7"]]), None);
    check(json!([["x_uid", "=", false]]), None);
    check(json!([["x_at", "<", moment(99)]]), None);
    check(json!([[0, "=", 1]]), Some(0));
}
