//! Outlines: a small subset of the SVG path language, flattened to polygons.

use super::noise::value;

pub(super) type Point = [f32; 2];
pub(super) type Outline = Vec<Vec<Point>>;

/// Maps the units of a drawing to the canvas.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) scale: f32,
    pub(super) turn: f32,
    pub(super) flip: bool,
}

impl Place {
    pub(super) fn new(x: f32, y: f32, scale: f32) -> Self {
        Self { x, y, scale, turn: 0.0, flip: false }
    }

    pub(super) fn put(&self, [x, y]: Point) -> Point {
        let x = if self.flip { -x } else { x } * self.scale;
        let (sin, cos) = self.turn.sin_cos();
        let y = y * self.scale;
        [self.x + x * cos - y * sin, self.y + x * sin + y * cos]
    }
}

/// Reads `M x y`, `L x y`, `Q`, `C` (absolute, separated by blanks), `E cx cy rx ry` for an ellipse, and three commands
/// of ours that take any number of points: `B x y …` for a smooth closed line through them, `S x y …` for a smooth open
/// one, and `W x y width …` for the outline of a limb with these widths along it.
///
/// The first word that is none of these ends the outline.
pub(super) fn outline(path: &str, place: &Place) -> Outline {
    let mut words = path.split_ascii_whitespace().peekable();
    let mut out: Outline = Vec::new();
    let mut pen = [0.0, 0.0];
    while let Some(command) = words.next() {
        let mut n: Vec<f32> = Vec::new();
        while let Some(number) = words.peek().and_then(|word| word.parse().ok()) {
            n.push(number);
            words.next();
        }
        let count = match command {
            "M" | "L" => 2,
            "Q" | "E" => 4,
            "C" => 6,
            "B" | "S" | "W" => n.len(),
            _ => break,
        };
        if n.len() != count || count < 2 {
            break;
        }
        if matches!(command, "M" | "E" | "B" | "S" | "W") {
            out.push(Vec::new());
        }
        let Some(line) = out.last_mut() else { break };
        match command {
            "E" => line.extend(ellipse([n[0], n[1]], [n[2], n[3]]).map(|p| place.put(p))),
            "B" => line.extend(through(&points(&n), true).into_iter().map(|p| place.put(p))),
            "S" => line.extend(through(&points(&n), false).into_iter().map(|p| place.put(p))),
            "W" => line.extend(limb(&n).into_iter().map(|p| place.put(p))),
            "Q" => {
                let soft = |a: f32, b: f32| a + (b - a) * 2.0 / 3.0;
                let (c, end) = ([n[0], n[1]], [n[2], n[3]]);
                let first = [soft(pen[0], c[0]), soft(pen[1], c[1])];
                let second = [soft(end[0], c[0]), soft(end[1], c[1])];
                line.extend(cubic([pen, first, second, end]).map(|p| place.put(p)));
            }
            "C" => {
                let hull = [pen, [n[0], n[1]], [n[2], n[3]], [n[4], n[5]]];
                line.extend(cubic(hull).map(|p| place.put(p)));
            }
            _ => line.push(place.put([n[0], n[1]])),
        }
        pen = [n[count - 2], n[count - 1]];
    }
    out
}

fn points(numbers: &[f32]) -> Vec<Point> {
    numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// A smooth line through these points (Catmull-Rom).
fn through(points: &[Point], closed: bool) -> Vec<Point> {
    const PARTS: usize = 8;
    let count = points.len();
    let at = |i: isize| {
        let i = if closed { i.rem_euclid(count as isize) } else { i.clamp(0, count as isize - 1) };
        points[i as usize]
    };
    let mut line = Vec::with_capacity(count * PARTS + 1);
    let spans = if closed { count } else { count - 1 };
    for i in 0..spans as isize {
        let [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
        for part in 0..PARTS {
            let t = part as f32 / PARTS as f32;
            let axis = |k: usize| {
                let (pull, bend) = (c[k] - a[k], 2.0 * a[k] - 5.0 * b[k] + 4.0 * c[k] - d[k]);
                0.5 * (2.0 * b[k] + pull * t + bend * t * t + (3.0 * (b[k] - c[k]) + d[k] - a[k]) * t * t * t)
            };
            line.push([axis(0), axis(1)]);
        }
    }
    if !closed {
        line.extend(points.last());
    }
    line
}

/// The outline of something long and round, from points with its width there.
fn limb(numbers: &[f32]) -> Vec<Point> {
    let spine: Vec<Point> = numbers.chunks_exact(3).map(|knot| [knot[0], knot[1]]).collect();
    let widths: Vec<Point> = numbers.chunks_exact(3).map(|knot| [knot[2], 0.0]).collect();
    if spine.len() < 2 {
        return spine;
    }
    let (line, widths) = (through(&spine, false), through(&widths, false));
    let last = line.len() - 1;
    let side = |i: usize, sign: f32| {
        let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(last)]);
        let (dx, dy) = (after[0] - before[0], after[1] - before[1]);
        let far = sign * 0.5 * widths[i][0] / (dx * dx + dy * dy).sqrt().max(1e-6);
        [line[i][0] - dy * far, line[i][1] + dx * far]
    };
    let end = |i: usize, from: usize| {
        let (dx, dy) = (line[i][0] - line[from][0], line[i][1] - line[from][1]);
        let far = 0.45 * widths[i][0] / (dx * dx + dy * dy).sqrt().max(1e-6);
        [line[i][0] + dx * far, line[i][1] + dy * far]
    };
    let (up, down) = ((0..=last).map(|i| side(i, 1.0)), (0..=last).rev().map(|i| side(i, -1.0)));
    up.chain([end(last, last - 1)]).chain(down).chain([end(0, 1)]).collect()
}

fn ellipse(centre: Point, radii: Point) -> impl Iterator<Item = Point> {
    (0..40).map(move |i| {
        let (sin, cos) = (i as f32 * std::f32::consts::TAU / 40.0).sin_cos();
        [centre[0] + radii[0] * cos, centre[1] + radii[1] * sin]
    })
}

fn cubic([a, b, c, d]: [Point; 4]) -> impl Iterator<Item = Point> {
    (1..=16).map(move |i| {
        let t = i as f32 / 16.0;
        let s = 1.0 - t;
        let axis =
            |k: usize| s * s * s * a[k] + 3.0 * s * s * t * b[k] + 3.0 * s * t * t * c[k] + t * t * t * d[k];
        [axis(0), axis(1)]
    })
}

/// The outline of a hand-drawn line: slightly irregular, with tapered ends.
pub(super) fn ribbon(line: &[Point], width: f32, seed: u32) -> Outline {
    let points = resample(line, (width * 3.0).clamp(3.0, 14.0));
    let count = points.len();
    let (mut left, mut right) = (Vec::with_capacity(2 * count), Vec::with_capacity(count));
    for i in 0..count {
        let (before, after) = (points[i.saturating_sub(1)], points[(i + 1).min(count - 1)]);
        let (dx, dy) = (after[0] - before[0], after[1] - before[1]);
        let length = (dx * dx + dy * dy).sqrt().max(1e-6);
        let (nx, ny) = (-dy / length, dx / length);
        let t = i as f32 * 0.31;
        let tremble = (value(t, 0.5, seed) - 0.5) * width * 0.9;
        let end = (i.min(count - 1 - i) as f32 / 4.0).min(1.0);
        let half = width * 0.5 * (0.55 + 0.8 * value(t * 0.7, 7.5, seed)) * (0.25 + 0.75 * end);
        let [x, y] = points[i];
        left.push([x + nx * (tremble + half), y + ny * (tremble + half)]);
        right.push([x + nx * (tremble - half), y + ny * (tremble - half)]);
    }
    left.extend(right.into_iter().rev());
    vec![left]
}

/// Points at equal distances along a line; its ends stay.
fn resample(line: &[Point], step: f32) -> Vec<Point> {
    let mut out: Vec<Point> = line.first().copied().into_iter().collect();
    let mut due = step;
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
        let length = (dx * dx + dy * dy).sqrt();
        while due <= length {
            out.push([pair[0][0] + dx * due / length, pair[0][1] + dy * due / length]);
            due += step;
        }
        due -= length;
    }
    out.extend(line.last());
    out
}
