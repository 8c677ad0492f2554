//! What the scorecard says of a measurement.

use bench::{Card, Goal, Row, Unit, Verdict};

fn row(figure: f64) -> Row {
    Row::new("first import", figure, Unit::CallsPerSecond)
}

#[test]
fn a_goal_is_of_the_ratio_where_there_is_a_limit() {
    let of_hundred = |figure: f64, goal| row(figure).limit(100.0).goal(goal).verdict();
    assert_eq!(of_hundred(90.0, Goal::AtLeast(0.9)), Verdict::Met);
    assert_eq!(of_hundred(89.0, Goal::AtLeast(0.9)), Verdict::Missed);
    assert_eq!(of_hundred(100.0, Goal::AtMost(1.0)), Verdict::Met);
    assert_eq!(of_hundred(101.0, Goal::AtMost(1.0)), Verdict::Missed);
}

#[test]
fn a_goal_is_of_the_figure_where_there_is_no_limit() {
    assert_eq!(row(1.0).goal(Goal::AtMost(1.0)).verdict(), Verdict::Met);
    assert_eq!(row(2.0).goal(Goal::AtMost(1.0)).verdict(), Verdict::Missed);
    assert_eq!(row(2.0).limit(1.0).verdict(), Verdict::NoGoal);
}

#[test]
fn only_rows_that_are_asked_for_are_taken() {
    let mut card = Card::of(["import".to_owned()]);
    assert!(card.wants("First import"));
    assert!(!card.wants("idle poll"));
    card.add(row(1.0));
    card.add(Row::new("idle poll", 1.0, Unit::Requests));
    assert_eq!(card.rows().len(), 1);
    assert!(Card::of([]).wants("anything"));
}

#[test]
fn the_table_has_the_figure_the_ratio_the_goal_and_the_verdict() {
    let mut card = Card::of([]);
    card.add(
        row(45.0)
            .limit(90.0)
            .goal(Goal::AtLeast(0.9))
            .peak_memory_bytes(Some(2_500_000)),
    );
    let table = card.to_string();
    let cells: Vec<&str> = table
        .lines()
        .nth(1)
        .unwrap_or_default()
        .split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect();
    let expected = [
        "first import",
        "45 calls/s",
        "90",
        "0.50",
        ">= 0.9",
        "-",
        "2.5 MB",
        "MISSED",
    ];
    assert_eq!(cells, expected);
}
