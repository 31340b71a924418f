// SPDX-License-Identifier: MIT OR Apache-2.0
//! Repeated measurements of one thing, and the table that shows them.

/// What repeated measurements gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figures(Vec<f64>);

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sorted: Vec<_> = values.into_iter().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        Self(sorted)
    }
}

impl Figures {
    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the value below which `share` of all lie, by the nearest rank.
    pub(super) fn percentile(&self, share: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among a few thousand values"
        )]
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1).min(last)).copied()
    }

    /// Returns the middle one.
    pub(super) fn median(&self) -> Option<f64> {
        let upper = self.0.get(self.0.len() / 2)?;
        let lower = self.0.get((self.0.len() - 1) / 2)?;
        Some((lower + upper) / 2.0)
    }
}

/// One row of a table.
pub(super) struct Row {
    /// What was measured, with its unit.
    pub(super) what: String,
    /// One value per run.
    pub(super) figures: Figures,
    /// What the median may be at most, where something is promised.
    pub(super) at_most: Option<f64>,
}

impl Row {
    /// Makes a row without a target.
    pub(super) fn new(what: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        Self {
            what: what.into(),
            figures: values.into_iter().collect(),
            at_most: None,
        }
    }

    /// Adds a target.
    pub(super) fn at_most(mut self, target: f64) -> Self {
        self.at_most = Some(target);
        self
    }

    fn line(&self) -> String {
        let show = |value: Option<f64>| value.map_or_else(|| String::from("-"), number);
        let median = self.figures.median();
        let verdict = match (self.at_most, median) {
            (None, _) => String::new(),
            (Some(target), Some(median)) if median <= target => format!("{}: met", number(target)),
            (Some(target), _) => format!("{}: **missed**", number(target)),
        };
        format!(
            "| {} | {} | {} | {} | {} | {verdict} |",
            self.what,
            show(median),
            show(self.figures.percentile(0.0)),
            show(self.figures.percentile(1.0)),
            self.figures.count(),
        )
    }
}

/// Prints a Markdown table.
pub(super) fn print_table(rows: &[Row]) {
    println!("\n| measured | median | min | max | runs | at most |\n|---|---|---|---|---|---|");
    for row in rows {
        println!("{}", row.line());
    }
    println!();
}

/// Writes as many digits as mean something.
fn number(value: f64) -> String {
    match value.abs() {
        small if small < 100.0 && value.fract() != 0.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_values_of_the_middle_and_of_the_rank() {
        let odd: Figures = [3.0, 1.0, 2.0].into_iter().collect();
        assert_eq!(odd.median(), Some(2.0));
        let even: Figures = [4.0, 1.0, 2.0, 3.0].into_iter().collect();
        assert_eq!(even.median(), Some(2.5));
        let hundred: Figures = (1..=100).map(f64::from).collect();
        assert_eq!(hundred.percentile(0.95), Some(95.0));
        assert_eq!(hundred.percentile(1.0), Some(100.0));
        assert_eq!(hundred.percentile(0.0), Some(1.0));
        assert_eq!(Figures::default().median(), None);
        assert_eq!(Figures::default().percentile(0.95), None);
    }

    #[test]
    fn a_row_says_whether_its_target_is_met() {
        let row = |target| Row::new("x, ms", [10.0, 20.5, 1000.0]).at_most(target).line();
        assert_eq!(row(100.0), "| x, ms | 20.5 | 10 | 1000 | 3 | 100: met |");
        assert_eq!(row(20.0), "| x, ms | 20.5 | 10 | 1000 | 3 | 20: **missed** |");
        assert_eq!(Row::new("y", []).line(), "| y | - | - | - | 0 |  |");
    }
}
