//! What the module's programs may be written with, whatever Python Odoo runs on.

use std::collections::BTreeSet;

use roxmltree::Document;

use super::PARTS;

/// Up to Python 3.11 a comprehension is a function of its own. A variable of the function around it, or a comprehension's in a lambda, is one that it
/// captures, and Odoo refuses the import: "forbidden opcode(s) in 'lambda': LOAD_CLOSURE, MAKE_CELL" (`_SAFE_OPCODES` in Odoo's `safe_eval.py`
/// has no closures). From 3.12 on (PEP 709) the same comprehension passes. Arguments with a default (`lambda it, one=one: …`) capture nothing.
#[test]
fn no_program_captures_a_variable() {
    let mut programs = 0;
    for (path, bytes) in PARTS.into_iter().flat_map(|part| part.files) {
        if !path.ends_with(".xml") {
            continue;
        }
        let document = Document::parse(std::str::from_utf8(bytes).unwrap()).unwrap();
        let fields = document.descendants().filter(|it| {
            ["code", "compute"]
                .map(Some)
                .contains(&it.attribute("name"))
        });
        for program in fields.filter_map(|field| field.text()) {
            programs += 1;
            let captured = captured(program);
            assert!(captured.is_empty(), "{path}: {captured:?}\n{program}");
        }
    }
    assert!(programs > 50, "{programs}");
}

#[test]
fn what_captures_a_variable_is_found() {
    for program in [
        "def f(one):\n    return [one[name] for name in names]",
        "def f(one):\n    return [name for name in names if name in one]",
        "def f():\n    one = 1\n    return any(x == one for x in xs)",
        "def f(one):\n    return all.filtered(lambda x: x.a == one)",
        "if True:\n    def f(one):\n        return {x: one for x in xs}",
        "def f(one):\n    return [\n        one[name]\n        for name in names\n    ]",
        "a = [xs.filtered(lambda x: x == one) for one in ones]",
        "a = [[x + one for x in xs] for one in ones]",
    ] {
        assert_eq!(captured(program), BTreeSet::from(["one"]), "{program}");
    }
    for program in [
        "one = 1\na = [x for x in xs if x == one]\nb = xs.filtered(lambda x: x == one)",
        "def f(one):\n    return [x for x in one if x.one]",
        "def f(one):\n    return xs.filtered(lambda x, one=one: x == one)",
        "def f(one):\n    return [g(one='one') for x in one(2)]\none = [x for x in xs]",
        "def f(one):\n    for x in xs:\n        return one\n",
    ] {
        assert_eq!(captured(program), BTreeSet::new(), "{program}");
    }
}

/// The variables that an inner scope takes from a function or a comprehension around it.
fn captured(program: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut rest = program;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        let function = line.trim_start().strip_prefix("def ");
        let Some((_, parameters)) = function.and_then(|it| it.split_once('(')) else {
            continue;
        };
        let body = after.split_inclusive('\n');
        let body = body.take_while(|it| it.trim().is_empty() || indent(it) > indent(line));
        let body = &after[..body.map(str::len).sum()];
        let mut own = names(parameters);
        for inner in body.lines() {
            let assigned = inner.split_once(" = ").map(|(target, _)| target);
            let looped = inner.trim_start().strip_prefix("for ");
            let looped = looped.and_then(|it| it.split_once(" in ")).map(|it| it.0);
            own.extend([assigned, looped].into_iter().flatten().flat_map(names));
        }
        for scope in scopes(body) {
            found.extend(scope.used.intersection(&own));
        }
    }
    for scope in scopes(program) {
        for inner in scopes(scope.text) {
            found.extend(inner.used.intersection(&scope.bound));
        }
    }
    found
}

/// A comprehension or a lambda.
struct Scope<'a> {
    /// What is evaluated inside it.
    text: &'a str,
    bound: BTreeSet<&'a str>,
    /// What it needs of what is around it.
    used: BTreeSet<&'a str>,
}

fn scopes(program: &str) -> Vec<Scope<'_>> {
    let mut found = Vec::new();
    for (start, _) in program.match_indices(['(', '[', '{']) {
        let text = enclosed(&program[start + 1..]);
        let Some((element, rest)) = outside(text, " for ") else {
            continue;
        };
        // The first iterable is evaluated outside.
        let rest_of = |text| outside(text, " in ").unwrap_or((text, ""));
        let (target, after) = rest_of(rest);
        let conditions = [outside(after, " if "), outside(after, " for ")];
        let conditions = conditions.into_iter().flatten().map(|(_, inner)| inner);
        let conditions = conditions.max_by_key(|inner| inner.len()).unwrap_or("");
        let mut bound = names(target);
        bound.extend(
            text.split(" for ")
                .skip(2)
                .flat_map(|it| names(rest_of(it).0)),
        );
        let mut used = names(element);
        used.extend(names(conditions));
        found.push(Scope {
            text: element,
            used: &used - &bound,
            bound,
        });
    }
    for (start, word) in program.match_indices("lambda ") {
        let text = enclosed(&program[start + word.len()..]);
        let (parameters, body) = text.split_once(':').unwrap_or((text, ""));
        let parameters = parameters.split(',').filter_map(|it| it.split('=').next());
        let bound: BTreeSet<&str> = parameters.map(str::trim).collect();
        found.push(Scope {
            text: body,
            used: &names(body) - &bound,
            bound,
        });
    }
    found
}

/// What stands before the bracket that closes what is around `text`.
fn enclosed(text: &str) -> &str {
    let mut depth = 0;
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return &text[..at],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// Splits at the first `word` that stands in no brackets.
fn outside<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let is_open = |at: usize| {
        let count = |signs: [char; 3]| text[..at].matches(signs).count();
        count(['(', '[', '{']) > count([')', ']', '}'])
    };
    let at = text.match_indices(word).find(|(at, _)| !is_open(*at))?.0;
    Some((&text[..at], &text[at + word.len()..]))
}

/// The variables in `text`: neither attributes, nor names of arguments, nor what is quoted.
fn names(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for plain in text.split('\'').step_by(2) {
        let mut rest = plain;
        while let Some(start) = rest.find(|sign: char| sign.is_alphabetic() || sign == '_') {
            let word = &rest[start..];
            let end = word.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
            let (word, after) = word.split_at(end.unwrap_or(word.len()));
            let is_argument = after.starts_with('=') && !after.starts_with("==");
            if !rest[..start].ends_with('.') && !is_argument {
                found.insert(word);
            }
            rest = after;
        }
    }
    found
}
