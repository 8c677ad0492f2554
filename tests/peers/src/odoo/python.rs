//! The Python expressions that data files hold: literals, `ref(…)`, `Command.…`, names.

use serde_json::{Map, Value, json};

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Literal(Value),
    List(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    /// A dotted name.
    Name(String),
    Call(String, Vec<Expr>),
    Negative(Box<Expr>),
    Sum(Box<Expr>, Box<Expr>),
}

/// The text is no expression that the simulation understands.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum PythonError {
    #[error("invalid syntax at character {0}")]
    Syntax(usize),
    #[error("name '{0}' is not defined")]
    Name(String),
    #[error("{0}")]
    Other(String),
}

/// What names and functions mean where the expression stands.
pub(crate) trait Names {
    fn name(&mut self, name: &str) -> Option<Value>;
    fn call(&mut self, function: &str, arguments: &[Value]) -> Option<Result<Value, PythonError>>;
}

/// No names at all: a manifest.
pub(crate) struct NoNames;

impl Names for NoNames {
    fn name(&mut self, _: &str) -> Option<Value> {
        None
    }

    fn call(&mut self, _: &str, _: &[Value]) -> Option<Result<Value, PythonError>> {
        None
    }
}

/// Parses and evaluates.
pub(crate) fn evaluate(text: &str, names: &mut dyn Names) -> Result<Value, PythonError> {
    value_of(&parse(text)?, names)
}

/// Parses one expression that fills the whole text.
pub(crate) fn parse(text: &str) -> Result<Expr, PythonError> {
    let mut parser = Parser {
        text: text.chars().collect(),
        at: 0,
    };
    let expr = parser.sum()?;
    parser.space();
    if parser.at < parser.text.len() {
        Err(parser.error())
    } else {
        Ok(expr)
    }
}

fn value_of(expr: &Expr, names: &mut dyn Names) -> Result<Value, PythonError> {
    match expr {
        Expr::Literal(value) => Ok(value.clone()),
        Expr::List(items) => items.iter().map(|item| value_of(item, names)).collect(),
        Expr::Dict(items) => dict(items, names),
        Expr::Name(name) => names
            .name(name)
            .ok_or_else(|| PythonError::Name(name.clone())),
        Expr::Negative(inner) => match value_of(inner, names)? {
            Value::Number(number) if number.is_i64() => {
                Ok(json!(-number.as_i64().unwrap_or_default()))
            }
            other => Ok(json!(-other.as_f64().unwrap_or_default())),
        },
        Expr::Sum(left, right) => add(value_of(left, names)?, value_of(right, names)?),
        Expr::Call(function, arguments) => {
            let arguments: Vec<Value> = arguments
                .iter()
                .map(|argument| value_of(argument, names))
                .collect::<Result<_, _>>()?;
            match command(function, &arguments) {
                Some(value) => Ok(value),
                None => names
                    .call(function, &arguments)
                    .unwrap_or_else(|| Err(PythonError::Name(function.clone()))),
            }
        }
    }
}

fn dict(items: &[(Expr, Expr)], names: &mut dyn Names) -> Result<Value, PythonError> {
    let mut map = Map::new();
    for (key, value) in items {
        let key = match value_of(key, names)? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        map.insert(key, value_of(value, names)?);
    }
    Ok(Value::Object(map))
}

fn add(left: Value, right: Value) -> Result<Value, PythonError> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(json!(left + &right)),
        (Value::Array(mut left), Value::Array(right)) => {
            left.extend(right);
            Ok(Value::Array(left))
        }
        (left, right) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Ok(json!(left + right)),
            _ => Err(PythonError::Other(
                "unsupported operand type(s) for +".to_owned(),
            )),
        },
    }
}

/// `odoo.fields.Command`.
fn command(function: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first().cloned().unwrap_or(json!(0));
    let (_, name) = function.rsplit_once("Command.")?;
    Some(match name {
        "create" => json!([0, 0, first]),
        "update" => json!([1, first, arguments.get(1)]),
        "delete" => json!([2, first, 0]),
        "unlink" => json!([3, first, 0]),
        "link" => json!([4, first, 0]),
        "clear" => json!([5, 0, 0]),
        "set" => json!([6, 0, first]),
        _ => return None,
    })
}

struct Parser {
    text: Vec<char>,
    at: usize,
}

impl Parser {
    fn error(&self) -> PythonError {
        PythonError::Syntax(self.at)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    /// White space and comments.
    fn space(&mut self) {
        while let Some(c) = self.peek() {
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if c.is_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Result<Expr, PythonError> {
        let mut left = self.term()?;
        while self.eat('+') {
            left = Expr::Sum(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Expr, PythonError> {
        self.space();
        match self.peek().ok_or_else(|| self.error())? {
            '[' => self.list(']').map(|(items, _)| Expr::List(items)),
            '(' => self.parenthesis(),
            '{' => self.dict(),
            '-' => {
                self.at += 1;
                Ok(Expr::Negative(Box::new(self.term()?)))
            }
            '\'' | '"' => self.strings(),
            c if c.is_ascii_digit() => self.number(),
            c if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(self.error()),
        }
    }

    /// Items up to the closing bracket, and whether a comma was among them.
    fn list(&mut self, close: char) -> Result<(Vec<Expr>, bool), PythonError> {
        self.at += 1;
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            if self.eat(close) {
                return Ok((items, comma));
            }
            items.push(self.sum()?);
            if self.eat(',') {
                comma = true;
            } else if !self.eat(close) {
                return Err(self.error());
            } else {
                return Ok((items, comma));
            }
        }
    }

    fn parenthesis(&mut self) -> Result<Expr, PythonError> {
        let (mut items, comma) = self.list(')')?;
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Expr::List(items))
            }
        }
    }

    fn dict(&mut self) -> Result<Expr, PythonError> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            if self.eat('}') {
                return Ok(Expr::Dict(items));
            }
            let key = self.sum()?;
            if !self.eat(':') {
                return Err(self.error());
            }
            items.push((key, self.sum()?));
            if !self.eat(',') {
                return if self.eat('}') {
                    Ok(Expr::Dict(items))
                } else {
                    Err(self.error())
                };
            }
        }
    }

    /// Adjacent strings are one.
    fn strings(&mut self) -> Result<Expr, PythonError> {
        let mut text = String::new();
        loop {
            text.push_str(&self.string()?);
            self.space();
            if !matches!(self.peek(), Some('\'' | '"')) {
                return Ok(Expr::Literal(json!(text)));
            }
        }
    }

    fn string(&mut self) -> Result<String, PythonError> {
        let quote = self.peek().ok_or_else(|| self.error())?;
        let triple = self.text[self.at..].starts_with(&[quote; 3]);
        let closing = if triple { 3 } else { 1 };
        self.at += closing;
        let mut out = String::new();
        loop {
            let c = self.peek().ok_or_else(|| self.error())?;
            if c == quote && (!triple || self.text[self.at..].starts_with(&[quote; 3])) {
                self.at += closing;
                return Ok(out);
            }
            self.at += 1;
            if c == '\\' {
                self.escape(&mut out)
            } else {
                out.push(c)
            }
        }
    }

    fn escape(&mut self, out: &mut String) {
        let Some(c) = self.peek() else { return };
        self.at += 1;
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '\n' => {}
            '\\' | '\'' | '"' => out.push(c),
            other => out.extend(['\\', other]),
        }
    }

    fn number(&mut self) -> Result<Expr, PythonError> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|c| c.is_ascii_digit() || c == '.' || c == '_')
        {
            self.at += 1;
        }
        let text: String = self.text[start..self.at]
            .iter()
            .filter(|c| **c != '_')
            .collect();
        let number = text
            .parse::<i64>()
            .map(|n| json!(n))
            .or_else(|_| text.parse::<f64>().map(|n| json!(n)));
        number.map(Expr::Literal).map_err(|_| self.error())
    }

    fn word(&mut self) -> Result<Expr, PythonError> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
        {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        match word.as_str() {
            "True" => Ok(Expr::Literal(json!(true))),
            "False" => Ok(Expr::Literal(json!(false))),
            "None" => Ok(Expr::Literal(Value::Null)),
            _ if self.eat('(') => {
                self.at -= 1;
                self.list(')')
                    .map(|(arguments, _)| Expr::Call(word, arguments))
            }
            _ => Ok(Expr::Name(word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Refs;

    impl Names for Refs {
        fn name(&mut self, name: &str) -> Option<Value> {
            (name == "user.id").then(|| json!(7))
        }

        fn call(
            &mut self,
            function: &str,
            arguments: &[Value],
        ) -> Option<Result<Value, PythonError>> {
            (function == "ref").then(|| {
                Ok(json!(format!(
                    "<{}>",
                    arguments[0].as_str().unwrap_or_default()
                )))
            })
        }
    }

    #[test]
    fn data_file_expressions_evaluate() {
        let check = |text: &str, expected: Value| {
            assert_eq!(evaluate(text, &mut Refs), Ok(expected), "{text}")
        };
        check(
            "[(6, 0, [ref('base.group_user')])]",
            json!([[6, 0, ["<base.group_user>"]]]),
        );
        check(
            "[Command.create({'value': 'in', 'sequence': 1}),]",
            json!([[0, 0, {"value": "in", "sequence": 1}]]),
        );
        check("[('user_id', '=', user.id)]", json!([["user_id", "=", 7]]));
        check("(1)", json!(1));
        check("(1,)", json!([1]));
        check("-2.5", json!(-2.5));
        check("'a' \"b\" + 'c'", json!("abc"));
        check(
            "{'name': 'X', # note\n 'data': ['a.xml'],\n}",
            json!({"name": "X", "data": ["a.xml"]}),
        );
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        assert_eq!(
            evaluate("nope", &mut Refs),
            Err(PythonError::Name("nope".into()))
        );
        assert!(matches!(
            evaluate("{'name':", &mut NoNames),
            Err(PythonError::Syntax(_))
        ));
        assert!(matches!(
            evaluate("1 2", &mut NoNames),
            Err(PythonError::Syntax(_))
        ));
    }
}
