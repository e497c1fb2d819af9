//! What a body may hold, as data, and the check against it.

use serde_json::{Map, Value};

use super::input::{self, Limits};
use super::rejection::Rejection;

/// The form of a model's responses and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `seeds`, `finish_reasons`, `images`.
    Stable,
    /// `result`, `artifacts`.
    Sdxl,
}

pub(super) struct Schema {
    /// The name of the operation in error texts.
    pub(super) operation: &'static str,
    pub(super) dialect: Dialect,
    pub(super) fields: &'static [Field],
    pub(super) cross_field: CrossFieldRule,
    pub(super) size: Size,
}

/// How large the picture is that comes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// As the body says, or as the picture that it brings.
    Asked,
    /// So many times the sides of the picture that it brings.
    Times(u32),
    /// About so many pixels on a side, of the form of the picture that it brings.
    Side(u32),
    /// The picture that it brings and what is added around it.
    Grown,
}

/// Rules that tie several fields together.
#[derive(Clone, Copy)]
pub(super) enum CrossFieldRule {
    None,
    /// `image` and `strength` belong to image-to-image, `aspect_ratio` to text-to-image.
    ImageToImage,
    /// At least one side must grow.
    Outpaint,
    /// Without a mask, the picture has to have transparent parts.
    Mask,
    /// Width and height are one of nine pairs; the masking and image fields need `init_image`.
    Sdxl,
}

/// One member of a body.
pub(super) struct Field {
    name: &'static str,
    required: bool,
    kind: Kind,
}

pub(super) enum Kind {
    /// At most so many characters.
    Text(usize),
    OneOf(&'static [&'static str]),
    Int(i64, i64),
    /// An integer in the range that is a multiple of 64.
    Side(i64, i64),
    Number(f64, f64),
    /// Base64 of a picture within the limits.
    Image(&'static Limits),
    /// SDXL's weighted prompts.
    Prompts,
    Object,
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, required: true, kind }
}

pub(super) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, required: false, kind }
}

const SDXL_SIDES: [(u64, u64); 9] = [
    (1024, 1024),
    (1152, 896),
    (1216, 832),
    (1344, 768),
    (1536, 640),
    (640, 1536),
    (768, 1344),
    (832, 1216),
    (896, 1152),
];

impl Schema {
    /// Rules 6 to 8: unknown members, required members, values, pictures.
    pub(super) fn check<'a>(&self, body: &'a Value) -> Result<&'a Map<String, Value>, Rejection> {
        let Value::Object(body) = body else {
            let text = format!("#: expected type: JSONObject, found: {}", type_name(body));
            return Err(Rejection::schema(&[text]));
        };
        let unknown: Vec<&str> = body
            .keys()
            .map(String::as_str)
            .filter(|key| self.fields.iter().all(|f| f.name != *key))
            .collect();
        let missing: Vec<String> = self
            .fields
            .iter()
            .filter(|field| field.required && !body.contains_key(field.name))
            .map(|field| format!("#: required key [{}] not found", field.name))
            .collect();
        match self.dialect {
            Dialect::Stable => self.check_stable(body, &unknown, &missing)?,
            Dialect::Sdxl => self.check_sdxl(body, &unknown, missing)?,
        }
        Ok(body)
    }

    fn check_stable(
        &self,
        body: &Map<String, Value>,
        unknown: &[&str],
        missing: &[String],
    ) -> Result<(), Rejection> {
        if let Some(key) = unknown.first() {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
            return Err(Rejection::detail(format!(
                "Invalid field '{key}' in request. Available fields for {} are: {}",
                self.operation,
                names.join(", ")
            )));
        }
        if !missing.is_empty() {
            return Err(Rejection::schema(missing));
        }
        let problem = self.problems(body, false).next();
        let problem = problem.or_else(|| self.cross_field.problems(body).into_iter().next());
        match problem.or_else(|| self.problems(body, true).next()) {
            Some((name, text)) => Err(Rejection::detail(format!("{name}: {text}"))),
            None => Ok(()),
        }
    }

    fn check_sdxl(
        &self,
        body: &Map<String, Value>,
        unknown: &[&str],
        mut violations: Vec<String>,
    ) -> Result<(), Rejection> {
        violations.extend(unknown.iter().map(|key| format!("#: extraneous key [{key}] is not permitted")));
        let values = self.problems(body, false).chain(self.cross_field.problems(body));
        violations.extend(values.map(|(name, text)| format!("#/{name}: {text}")));
        if violations.is_empty() {
            violations.extend(self.problems(body, true).map(|(name, text)| format!("#/{name}: {text}")));
        }
        if violations.is_empty() { Ok(()) } else { Err(Rejection::schema(&violations)) }
    }

    /// What is wrong with the pictures, or with all other values.
    fn problems(
        &self,
        body: &Map<String, Value>,
        pictures: bool,
    ) -> impl Iterator<Item = (&'static str, String)> {
        self.fields
            .iter()
            .filter(move |field| matches!(field.kind, Kind::Image(_)) == pictures)
            .filter_map(|field| Some((field.name, field.kind.problem(body.get(field.name)?)?)))
    }
}

impl CrossFieldRule {
    fn problems(self, body: &Map<String, Value>) -> Vec<(&'static str, String)> {
        match self {
            Self::None => Vec::new(),
            Self::ImageToImage => image_to_image(body),
            Self::Outpaint => {
                let grows = |side: &str| body.get(side).and_then(Value::as_u64).is_some_and(|by| by > 0);
                if ["left", "right", "up", "down"].into_iter().any(grows) {
                    Vec::new()
                } else {
                    vec![("left", "at least one of left, right, up, down must be greater than 0".to_owned())]
                }
            }
            Self::Mask => mask(body),
            Self::Sdxl => sdxl(body),
        }
    }
}

fn image_to_image(body: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let from_image = body.get("mode").and_then(Value::as_str) == Some("image-to-image");
    let (wanted, unwanted): (&[&'static str], &[&'static str]) =
        if from_image { (&["image", "strength"], &["aspect_ratio"]) } else { (&[], &["image", "strength"]) };
    let mode = if from_image { "image-to-image" } else { "text-to-image" };
    let missing = wanted.iter().filter(|name| !body.contains_key(**name));
    let surplus = unwanted.iter().filter(|name| body.contains_key(**name));
    missing
        .map(|name| (*name, format!("required in mode {mode}")))
        .chain(surplus.map(|name| (*name, format!("not permitted in mode {mode}"))))
        .collect()
}

fn mask(body: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let image = body.get("image").and_then(Value::as_str).unwrap_or_default();
    if body.contains_key("mask") || input::is_transparent(image) {
        Vec::new()
    } else {
        vec![("mask", "required for an image without transparent pixels".to_owned())]
    }
}

fn sdxl(body: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let side = |name: &str| body.get(name).map_or(Some(1024), Value::as_u64);
    if let (Some(width), Some(height)) = (side("width"), side("height"))
        && !SDXL_SIDES.contains(&(width, height))
    {
        problems.push(("width", format!("{width}x{height} is not a supported size")));
    }
    let image = body.contains_key("init_image");
    let of_image = [
        "init_image_mode",
        "image_strength",
        "step_schedule_start",
        "step_schedule_end",
        "mask_source",
        "mask_image",
    ];
    problems.extend(
        of_image
            .into_iter()
            .filter(|name| body.contains_key(*name) && !image)
            .map(|name| (name, "needs init_image".to_owned())),
    );
    let source = body.get("mask_source").and_then(Value::as_str);
    let mask = body.contains_key("mask_image");
    match source {
        Some("MASK_IMAGE_WHITE" | "MASK_IMAGE_BLACK") if !mask => {
            problems.push(("mask_image", "required with this mask_source".to_owned()));
        }
        None if mask => problems.push(("mask_source", "required with mask_image".to_owned())),
        _ => {}
    }
    problems
}

impl Kind {
    fn problem(&self, value: &Value) -> Option<String> {
        let not = |wanted: &str| Some(format!("expected type: {wanted}, found: {}", type_name(value)));
        match (self, value) {
            (Self::Text(max), Value::String(text)) => {
                let actual = text.chars().count();
                (actual > *max).then(|| format!("expected maxLength: {max}, actual: {actual}"))
            }
            (Self::OneOf(values), Value::String(text)) => {
                (!values.contains(&text.as_str())).then(|| format!("{text} is not a valid enum value"))
            }
            (Self::Image(limits), Value::String(text)) => limits.problem(text),
            (Self::Text(_) | Self::OneOf(_) | Self::Image(_), _) => not("String"),
            (Self::Int(min, max), Value::Number(n)) if !n.is_f64() => outside(n.as_i64(), *min, *max, value),
            (Self::Side(min, max), Value::Number(n)) if !n.is_f64() => outside(n.as_i64(), *min, *max, value)
                .or_else(|| {
                    (n.as_i64().is_some_and(|n| n % 64 != 0)).then(|| format!("{n} is not a multiple of 64"))
                }),
            (Self::Int(..) | Self::Side(..), _) => not("Integer"),
            (Self::Number(min, max), Value::Number(n)) => outside(n.as_f64(), *min, *max, value),
            (Self::Number(..), _) => not("Number"),
            (Self::Prompts, Value::Array(prompts)) => {
                if prompts.is_empty() {
                    return Some("expected minimum item count: 1, found: 0".to_owned());
                }
                prompts.iter().find_map(prompt_problem)
            }
            (Self::Prompts, _) => not("JSONArray"),
            (Self::Object, Value::Object(_)) => None,
            (Self::Object, _) => not("JSONObject"),
        }
    }
}

fn outside<N: PartialOrd + std::fmt::Display>(n: Option<N>, min: N, max: N, value: &Value) -> Option<String> {
    match n {
        Some(n) if n < min => Some(format!("{value} is not greater or equal to {min}")),
        Some(n) if n <= max => None,
        _ => Some(format!("{value} is not less or equal to {max}")),
    }
}

fn prompt_problem(prompt: &Value) -> Option<String> {
    let Value::Object(prompt) = prompt else {
        return Some(format!("expected type: JSONObject, found: {}", type_name(prompt)));
    };
    if let Some(key) = prompt.keys().find(|key| !matches!(key.as_str(), "text" | "weight")) {
        return Some(format!("extraneous key [{key}] is not permitted"));
    }
    let Some(text) = prompt.get("text") else { return Some("required key [text] not found".to_owned()) };
    Kind::Text(2000)
        .problem(text)
        .or_else(|| prompt.get("weight").and_then(|weight| Kind::Number(f64::MIN, f64::MAX).problem(weight)))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(n) if n.is_f64() => "Number",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}
