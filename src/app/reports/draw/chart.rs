//! A month's spending as a chart.

use embedded_graphics::mono_font::iso_8859_1::{FONT_5X8, FONT_6X10, FONT_7X13, FONT_10X20};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{Point, Primitive};
use embedded_graphics::primitives::{Line, PrimitiveStyle};
use embedded_graphics::text::Alignment::{Center, Left, Right};

use super::{Canvas, DIM, LIGHT, plain};
use crate::domain::money::Micros;

const WIDTH: i32 = 1000;
const HEIGHT: i32 = 420;
const LEFT: i32 = 92;
const RIGHT: i32 = WIDTH - 92;
const TOP: i32 = 104;
const BOTTOM: i32 = HEIGHT - 58;
/// Intervals of both axes, so that they share their lines.
const STEPS: i32 = 4;
const BAR: Rgb888 = Rgb888::new(0x58, 0x65, 0xf2);
const TOTAL: Rgb888 = Rgb888::new(0x57, 0xd2, 0x8f);
const BUDGET: Rgb888 = Rgb888::new(0xf0, 0xa0, 0x50);
const GRID: Rgb888 = Rgb888::new(0x36, 0x38, 0x3e);

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
    let mut canvas = Canvas::new(WIDTH.cast_unsigned(), HEIGHT.cast_unsigned());
    canvas.write(&plain(title, 95), (24, 18), &FONT_10X20, LIGHT, Left);
    canvas.write(&plain(subtitle, 135), (24, 44), &FONT_7X13, DIM, Left);
    let month = Month::of(days);
    let daily = Axis::up_to(month.days.iter().map(|day| day.dollars.0).max().unwrap_or_default());
    let total = month.total();
    let budget = budget.filter(|budget| budget.0 > 0);
    // A budget far above the sum would press the line to the ground.
    let near = budget.filter(|budget| budget.0 / 3 <= total);
    let sum = Axis::up_to(total.max(near.map_or(0, |budget| budget.0)));
    grid(&mut canvas, &month, &daily, &sum);
    legend(&mut canvas, budget, near.is_some());
    if month.last == 0 {
        canvas.write("nothing yet", ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2 - 42), &FONT_10X20, DIM, Center);
        return canvas.png();
    }
    bars(&mut canvas, &month, &daily);
    running_sum(&mut canvas, &month, &sum);
    if let Some(budget) = near {
        dashes(&mut canvas, LEFT, RIGHT, sum.y(budget.0));
    }
    canvas.png()
}

/// The days in order, without gaps.
struct Month {
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
        Month { days, last }
    }

    fn total(&self) -> i64 {
        self.days.iter().fold(0, |sum: i64, day| sum.saturating_add(day.dollars.0))
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
    /// The smallest round scale that holds `most`.
    fn up_to(most: i64) -> Axis {
        // An empty scale shows cents.
        let most = if most > 0 { most } else { 40_000 };
        let mut unit = 1_000_i64;
        loop {
            for step in [unit, unit * 2, unit / 2 * 5, unit * 5] {
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
        let amount = |axis: &Axis| Micros(axis.step.saturating_mul(n.into())).to_string();
        canvas.write(&amount(daily), (LEFT - 8, y - 6), &FONT_7X13, DIM, Right);
        canvas.write(&amount(sum), (RIGHT + 8, y - 6), &FONT_7X13, TOTAL, Left);
    }
    canvas.write("day", (LEFT - 8, BOTTOM + 8), &FONT_7X13, DIM, Right);
    canvas.write("pictures", (LEFT - 8, BOTTOM + 27), &FONT_7X13, LIGHT, Right);
    for (x, day) in month.slots() {
        canvas.write(&day.day.to_string(), (x, BOTTOM + 8), &FONT_7X13, DIM, Center);
        if day.pictures > 0 {
            let font = if day.pictures < 1_000 { FONT_6X10 } else { FONT_5X8 };
            canvas.write(&count(day.pictures), (x, BOTTOM + 29), &font, LIGHT, Center);
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

fn legend(canvas: &mut Canvas, budget: Option<Micros>, drawn: bool) {
    let y = 72;
    canvas.fill(LEFT, y + 2, 10, 10, BAR);
    canvas.write("a day (left)", (LEFT + 16, y), &FONT_7X13, LIGHT, Left);
    canvas.fill(LEFT + 128, y + 6, 18, 2, TOTAL);
    canvas.write("this month so far (right)", (LEFT + 152, y), &FONT_7X13, LIGHT, Left);
    if let Some(budget) = budget {
        let words = if drawn { format!("budget {budget}") } else { format!("budget {budget}, far above") };
        if drawn {
            dashes(canvas, LEFT + 352, LEFT + 376, y + 6);
        }
        canvas.write(&words, (LEFT + 384, y), &FONT_7X13, BUDGET, Left);
    }
}

fn bars(canvas: &mut Canvas, month: &Month, daily: &Axis) {
    for (x, day) in month.slots().filter(|(_, day)| day.dollars.0 > 0) {
        // The cheapest day is still seen.
        let top = daily.y(day.dollars.0).min(BOTTOM - 2);
        canvas.fill(x - 8, top, 17, (BOTTOM - top).cast_unsigned(), BAR);
    }
}

fn running_sum(canvas: &mut Canvas, month: &Month, axis: &Axis) {
    let mut sum = 0_i64;
    let mut from: Option<Point> = None;
    for (x, day) in month.slots().take(month.last) {
        sum = sum.saturating_add(day.dollars.0);
        let to = Point::new(x, axis.y(sum));
        let line = Line::new(from.unwrap_or(to), to);
        canvas.draw(&line.into_styled(PrimitiveStyle::with_stroke(TOTAL, 2)));
        canvas.fill(to.x - 2, to.y - 2, 5, 5, TOTAL);
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
    use super::*;
    use image::{Rgb, RgbImage};

    fn drawn(days: &[Day], budget: Option<i64>) -> RgbImage {
        let png = month_chart("November 2026", "all members", days, budget.map(Micros)).unwrap();
        image::load_from_memory(&png).unwrap().into_rgb8()
    }

    fn spent(day: u8, micros: i64) -> Day {
        Day { day, dollars: Micros(micros), pictures: 1 }
    }

    fn count_of(chart: &RgbImage, colour: Rgb888) -> usize {
        use embedded_graphics::prelude::RgbColor;
        let colour = Rgb([colour.r(), colour.g(), colour.b()]);
        let plot = |(x, y, _): &(u32, u32, &Rgb<u8>)| {
            let (x, y) = (x.cast_signed(), y.cast_signed());
            (LEFT..RIGHT).contains(&x) && (TOP..BOTTOM).contains(&y)
        };
        chart.enumerate_pixels().filter(plot).filter(|(_, _, pixel)| **pixel == colour).count()
    }

    #[test]
    fn the_scale_is_the_smallest_round_one() {
        for (most, step) in [(0, 10_000), (4_000, 1_000), (4_001, 2_000), (9_000_000, 2_500_000)] {
            assert_eq!(Axis::up_to(most).step, step, "{most}");
        }
        let axis = Axis::up_to(i64::MAX);
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
    fn the_budget_is_a_line_only_where_the_scale_reaches_it() {
        let days = [spent(3, 1_000_000), spent(4, 2_000_000)];
        assert!(count_of(&drawn(&days, Some(6_000_000)), BUDGET) > 500);
        assert_eq!(count_of(&drawn(&days, Some(60_000_000)), BUDGET), 0);
        assert_eq!(count_of(&drawn(&days, None), BUDGET), 0);
    }

    #[test]
    fn an_empty_month_says_so_and_odd_days_do_no_harm() {
        assert!(count_of(&drawn(&[], Some(1)), DIM) > 100);
        let odd = [spent(0, 5), spent(77, 5), spent(2, -5), spent(2, i64::MAX), spent(3, i64::MAX)];
        assert!(count_of(&drawn(&odd, Some(i64::MAX)), BAR) > 100);
    }
}
