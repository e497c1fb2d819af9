//! A month's spending as a chart.

use image::Rgb;

use super::text::Size;
use super::text::Stand::{Around, Left, Right};
use super::{Canvas, Colour, DIM, LIGHT};
use crate::domain::money::Micros;

const WIDTH: i32 = 1000;
const HEIGHT: i32 = 420;
const LEFT: i32 = 92;
const RIGHT: i32 = WIDTH - 92;
const TOP: i32 = 104;
const BOTTOM: i32 = HEIGHT - 58;
const TITLE: Size = Size(26.0);
const WORDS: Size = Size(18.0);
const SMALL: Size = Size(15.0);
const TINY: Size = Size(12.0);
/// Intervals of both axes, so that they share their lines.
const STEPS: i32 = 4;
const BAR: Colour = Rgb([0x58, 0x65, 0xf2]);
const TOTAL: Colour = Rgb([0x57, 0xd2, 0x8f]);
const BUDGET: Colour = Rgb([0xf0, 0xa0, 0x50]);
const GRID: Colour = Rgb([0x36, 0x38, 0x3e]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Of the month, from 1.
    pub day: u8,
    pub dollars: Micros,
    pub pictures: u32,
}

/// A PNG with a bar for each day (left axis), the sum so far (right axis) and the number of pictures below.
///
/// `days` has one entry for each day of the month; missing days count as empty. The month's budget is a dashed line
/// if the right axis reaches it, else it is said in the legend.
pub fn month_chart(
    title: &str,
    subtitle: &str,
    days: &[Day],
    budget: Option<Micros>,
) -> anyhow::Result<Vec<u8>> {
    let mut canvas = Canvas::new(WIDTH.cast_unsigned(), HEIGHT.cast_unsigned())?;
    canvas.write(title, (24, 14), TITLE, LIGHT, Right);
    canvas.write(subtitle, (24, 42), WORDS, DIM, Right);
    let month = Month::of(days);
    let measure = month.measure;
    let daily = measure.axis(month.days.iter().map(|day| measure.of(day)).max().unwrap_or_default());
    let total = month.total();
    let budget = budget.filter(|budget| budget.0 > 0);
    // A budget far above the sum would press the line to the ground.
    let near = budget.filter(|budget| measure == Measure::Dollars && budget.0 / 3 <= total);
    let sum = measure.axis(total.max(near.map_or(0, |budget| budget.0)));
    grid(&mut canvas, &month, &daily, &sum);
    legend(&mut canvas, measure, budget, near.is_some());
    if month.last == 0 {
        canvas.write("nothing yet", ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2 - 42), TITLE, DIM, Around);
        return canvas.png();
    }
    bars(&mut canvas, &month, &daily);
    running_sum(&mut canvas, &month, &sum);
    if let Some(budget) = near {
        dashes(&mut canvas, LEFT, RIGHT, sum.y(budget.0));
    }
    canvas.png()
}

/// What the bars and the line stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Dollars,
    /// In a month that cost nothing.
    Pictures,
}

impl Measure {
    fn of(self, day: &Day) -> i64 {
        match self {
            Measure::Dollars => day.dollars.0,
            Measure::Pictures => day.pictures.into(),
        }
    }

    fn words(self, amount: i64) -> String {
        match self {
            Measure::Dollars => Micros(amount).to_string(),
            Measure::Pictures => amount.to_string(),
        }
    }

    /// The smallest round scale that holds `most`; an empty one shows cents, or a picture at each line.
    fn axis(self, most: i64) -> Axis {
        match self {
            Measure::Dollars => Axis::up_to(if most > 0 { most } else { 40_000 }, 1_000),
            Measure::Pictures => Axis::up_to(most.max(i64::from(STEPS)), 1),
        }
    }
}

/// The days in order, without gaps.
struct Month {
    measure: Measure,
    days: Vec<Day>,
    /// The last day on which anything happened; 0 if there was none.
    last: usize,
}

impl Month {
    fn of(given: &[Day]) -> Month {
        let length = given.iter().map(|day| day.day).max().unwrap_or_default().clamp(28, 31);
        let mut days: Vec<Day> =
            (1..=length).map(|day| Day { day, dollars: Micros(0), pictures: 0 }).collect();
        for day in given {
            if let Some(slot) = days.iter_mut().find(|slot| slot.day == day.day) {
                slot.dollars = Micros(slot.dollars.0.saturating_add(day.dollars.0.max(0)));
                slot.pictures = slot.pictures.saturating_add(day.pictures);
            }
        }
        let last = days.iter().rposition(|day| day.dollars.0 > 0 || day.pictures > 0).map_or(0, |at| at + 1);
        let is_free = last > 0 && days.iter().all(|day| day.dollars.0 == 0);
        Month { measure: if is_free { Measure::Pictures } else { Measure::Dollars }, days, last }
    }

    fn total(&self) -> i64 {
        self.days.iter().fold(0, |sum: i64, day| sum.saturating_add(self.measure.of(day)))
    }

    fn slots(&self) -> impl Iterator<Item = (i32, &Day)> {
        let count = i32::try_from(self.days.len()).unwrap_or(31);
        let width = (RIGHT - LEFT) / count;
        let first = LEFT + (RIGHT - LEFT - width * count + width) / 2;
        self.days.iter().map(move |day| (first + width * (i32::from(day.day) - 1), day))
    }
}

/// A scale of [`STEPS`] round amounts.
struct Axis {
    step: i64,
}

impl Axis {
    /// The smallest round scale that holds `most`, with steps of 1, 2, 2.5 or 5 times a power of ten of `unit`.
    fn up_to(most: i64, unit: i64) -> Axis {
        let mut unit = unit;
        loop {
            for step in [unit, unit * 2, unit * 5 / 2, unit * 5] {
                if step.saturating_mul(STEPS.into()) >= most || unit >= i64::MAX / 100 {
                    return Axis { step };
                }
            }
            unit *= 10;
        }
    }

    fn y(&self, amount: i64) -> i32 {
        let most = i128::from(self.step) * i128::from(STEPS);
        let height = i128::from(amount) * i128::from(BOTTOM - TOP) / most;
        BOTTOM - i32::try_from(height).unwrap_or(BOTTOM - TOP).clamp(0, BOTTOM - TOP)
    }
}

fn grid(canvas: &mut Canvas, month: &Month, daily: &Axis, sum: &Axis) {
    for n in 0..=STEPS {
        let y = BOTTOM - (BOTTOM - TOP) * n / STEPS;
        canvas.fill(LEFT, y, (RIGHT - LEFT).cast_unsigned(), 1, if n == 0 { DIM } else { GRID });
        let amount = |axis: &Axis| month.measure.words(axis.step.saturating_mul(n.into()));
        canvas.write(&amount(daily), (LEFT - 8, y - 10), WORDS, DIM, Left);
        canvas.write(&amount(sum), (RIGHT + 8, y - 10), WORDS, TOTAL, Right);
    }
    canvas.write("day", (LEFT - 8, BOTTOM + 5), WORDS, DIM, Left);
    canvas.write("pictures", (LEFT - 8, BOTTOM + 25), WORDS, LIGHT, Left);
    for (x, day) in month.slots() {
        canvas.write(&day.day.to_string(), (x, BOTTOM + 5), WORDS, DIM, Around);
        if day.pictures > 0 {
            let size = if day.pictures < 1_000 { SMALL } else { TINY };
            canvas.write(&count(day.pictures), (x, BOTTOM + 27), size, LIGHT, Around);
        }
    }
}

/// At most four characters: a day's slot has room for no more.
fn count(pictures: u32) -> String {
    match pictures {
        0..=9_999 => pictures.to_string(),
        10_000..=999_999 => format!("{}k", pictures / 1_000),
        _ => format!("{}M", (pictures / 1_000_000).min(999)),
    }
}

fn legend(canvas: &mut Canvas, measure: Measure, budget: Option<Micros>, drawn: bool) {
    let y = 72;
    canvas.fill(LEFT, y + 2, 10, 10, BAR);
    let a_day = match measure {
        Measure::Dollars => "a day (left)",
        Measure::Pictures => "pictures a day (left)",
    };
    canvas.write(a_day, (LEFT + 16, y - 3), WORDS, LIGHT, Right);
    canvas.fill(LEFT + 168, y + 6, 18, 2, TOTAL);
    canvas.write("this month so far (right)", (LEFT + 192, y - 3), WORDS, LIGHT, Right);
    if let Some(budget) = budget {
        let words = if drawn { format!("budget {budget}") } else { format!("budget {budget}, far above") };
        if drawn {
            dashes(canvas, LEFT + 376, LEFT + 400, y + 6);
        }
        canvas.write(&words, (LEFT + 408, y - 3), WORDS, BUDGET, Right);
    }
}

fn bars(canvas: &mut Canvas, month: &Month, daily: &Axis) {
    let amounts = month.slots().map(|(x, day)| (x, month.measure.of(day)));
    for (x, amount) in amounts.filter(|(_, amount)| *amount > 0) {
        // The smallest amount is still seen.
        let top = daily.y(amount).min(BOTTOM - 2);
        canvas.fill(x - 8, top, 17, (BOTTOM - top).cast_unsigned(), BAR);
    }
}

fn running_sum(canvas: &mut Canvas, month: &Month, axis: &Axis) {
    let mut sum = 0_i64;
    let mut from = None;
    for (x, day) in month.slots().take(month.last) {
        sum = sum.saturating_add(month.measure.of(day));
        let to = (x, axis.y(sum));
        canvas.line(from.unwrap_or(to), to, TOTAL);
        canvas.fill(to.0 - 2, to.1 - 2, 5, 5, TOTAL);
        from = Some(to);
    }
}

fn dashes(canvas: &mut Canvas, from: i32, to: i32, y: i32) {
    for x in (from..to).step_by(10) {
        canvas.fill(x, y, 6, 2, BUDGET);
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn drawn(days: &[Day], budget: Option<i64>) -> RgbImage {
        let png = month_chart("November 2026", "all members", days, budget.map(Micros)).unwrap();
        image::load_from_memory(&png).unwrap().into_rgb8()
    }

    fn spent(day: u8, micros: i64) -> Day {
        Day { day, dollars: Micros(micros), pictures: 1 }
    }

    fn count_of(chart: &RgbImage, colour: Colour) -> usize {
        let plot = |(x, y, _): &(u32, u32, &Rgb<u8>)| {
            let (x, y) = (x.cast_signed(), y.cast_signed());
            (LEFT..RIGHT).contains(&x) && (TOP..BOTTOM).contains(&y)
        };
        chart.enumerate_pixels().filter(plot).filter(|(_, _, pixel)| **pixel == colour).count()
    }

    #[test]
    fn the_scale_is_the_smallest_round_one() {
        for (most, step) in [(0, 10_000), (4_000, 1_000), (4_001, 2_000), (9_000_000, 2_500_000)] {
            assert_eq!(Measure::Dollars.axis(most).step, step, "{most}");
        }
        for (most, step) in [(0, 1), (4, 1), (5, 2), (9, 5), (35, 10), (90, 25)] {
            assert_eq!(Measure::Pictures.axis(most).step, step, "{most}");
        }
        let axis = Measure::Dollars.axis(i64::MAX);
        assert_eq!((axis.y(0), axis.y(i64::MAX)), (BOTTOM, TOP));
    }

    #[test]
    fn a_bar_is_as_high_as_its_day_was_dear() {
        // The last day, because the line of the sum ends in its middle and covers little of it.
        let half = count_of(&drawn(&[spent(1, 40_000), spent(31, 20_000)], None), BAR);
        let full = count_of(&drawn(&[spent(1, 40_000), spent(31, 40_000)], None), BAR);
        assert!(full > half + 17 * 100, "{full} {half}");
    }

    #[test]
    fn a_month_that_cost_nothing_shows_its_pictures() {
        let free = |day, pictures| Day { day, dollars: Micros(0), pictures };
        let few = count_of(&drawn(&[free(1, 40), free(31, 10)], Some(1)), BAR);
        let many = count_of(&drawn(&[free(1, 40), free(31, 40)], None), BAR);
        assert!(few > 17 * 100 && many > few + 17 * 100, "{many} {few}");
    }

    #[test]
    fn the_budget_is_a_line_only_where_the_scale_reaches_it() {
        let days = [spent(3, 1_000_000), spent(4, 2_000_000)];
        assert!(count_of(&drawn(&days, Some(6_000_000)), BUDGET) > 500);
        assert_eq!(count_of(&drawn(&days, Some(60_000_000)), BUDGET), 0);
        assert_eq!(count_of(&drawn(&days, None), BUDGET), 0);
    }

    #[test]
    fn an_empty_month_says_so_and_odd_days_do_no_harm() {
        assert!(count_of(&drawn(&[], Some(1)), DIM) > 30);
        let odd = [spent(0, 5), spent(77, 5), spent(2, -5), spent(2, i64::MAX), spent(3, i64::MAX)];
        assert!(count_of(&drawn(&odd, Some(i64::MAX)), BAR) > 100);
    }
}
