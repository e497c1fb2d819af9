//! The models, and by which identifiers they are called.

use super::fields;
use super::rejection::Rejection;
use super::schema::Schema;

/// How a model is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// By its own identifier, in us-west-2.
    OnDemand,
    /// By its `us.` inference profile, in three regions.
    Profile,
}

pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) takes_images: bool,
    pub(super) reach: Reach,
    pub(super) schema: &'static Schema,
}

/// An endpoint of the account itself: an imported, custom or provisioned model.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub arn: String,
    pub format: RequestFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFormat {
    /// SDXL 0.8.
    SdxlV0,
    /// SDXL 1.0.
    SdxlV1,
    /// Stable Diffusion 3.5 Large.
    Sd35Large,
}

impl RequestFormat {
    fn schema(self) -> &'static Schema {
        match self {
            Self::SdxlV0 => &fields::SDXL_V0,
            Self::SdxlV1 => &fields::SDXL_V1,
            Self::Sd35Large => &fields::SD35_LARGE,
        }
    }
}

const fn text(id: &'static str, name: &'static str, takes_images: bool, schema: &'static Schema) -> Model {
    Model { id, name, takes_images, reach: Reach::OnDemand, schema }
}

const fn service(id: &'static str, name: &'static str, schema: &'static Schema) -> Model {
    Model { id, name, takes_images: true, reach: Reach::Profile, schema }
}

/// All models with pictures as output.
#[rustfmt::skip]
pub(super) static MODELS: [Model; 16] = [
    text("stability.sd3-5-large-v1:0", "Stable Diffusion 3.5 Large", true, &fields::SD35_LARGE),
    text("stability.stable-image-core-v1:1", "Stable Image Core 1.0", false, &fields::CORE),
    text("stability.stable-image-ultra-v1:1", "Stable Image Ultra 1.0", false, &fields::ULTRA),
    service("stability.stable-conservative-upscale-v1:0", "Stable Image Conservative Upscale", &fields::CONSERVATIVE_UPSCALE),
    service("stability.stable-creative-upscale-v1:0", "Stable Image Creative Upscale", &fields::CREATIVE_UPSCALE),
    service("stability.stable-fast-upscale-v1:0", "Stable Image Fast Upscale", &fields::FAST_UPSCALE),
    service("stability.stable-outpaint-v1:0", "Stable Image Outpaint", &fields::OUTPAINT),
    service("stability.stable-image-inpaint-v1:0", "Stable Image Inpaint", &fields::INPAINT),
    service("stability.stable-image-erase-object-v1:0", "Stable Image Erase Object", &fields::ERASE_OBJECT),
    service("stability.stable-image-search-replace-v1:0", "Stable Image Search and Replace", &fields::SEARCH_REPLACE),
    service("stability.stable-image-search-recolor-v1:0", "Stable Image Search and Recolor", &fields::SEARCH_RECOLOR),
    service("stability.stable-image-remove-background-v1:0", "Stable Image Remove Background", &fields::REMOVE_BACKGROUND),
    service("stability.stable-image-control-sketch-v1:0", "Stable Image Control Sketch", &fields::CONTROL_SKETCH),
    service("stability.stable-image-control-structure-v1:0", "Stable Image Control Structure", &fields::CONTROL_STRUCTURE),
    service("stability.stable-image-style-guide-v1:0", "Stable Image Style Guide", &fields::STYLE_GUIDE),
    service("stability.stable-style-transfer-v1:0", "Stable Image Style Transfer", &fields::STYLE_TRANSFER),
];

/// Models past their last day. They answer in every region, and no list names them.
const END_OF_LIFE: [&str; 10] = [
    "stability.stable-diffusion-xl",
    "stability.stable-diffusion-xl-v0",
    "stability.stable-diffusion-xl-v1",
    "stability.stable-diffusion-xl-v1:0",
    "stability.sd3-large-v1:0",
    "stability.stable-image-core-v1:0",
    "stability.stable-image-ultra-v1:0",
    "amazon.titan-image-generator-v1",
    "amazon.titan-image-generator-v2:0",
    "amazon.nova-canvas-v1:0",
];

/// The regions that profiles route from and to.
pub(super) const PROFILE_REGIONS: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];

/// The kinds of ARN that `InvokeModel` takes, by the text before their name.
const ARN_KINDS: [&str; 10] = [
    "foundation-model/",
    "inference-profile/",
    "application-inference-profile/",
    "custom-model/",
    "imported-model/",
    "provisioned-model/",
    "custom-model-deployment/",
    "prompt/",
    "default-prompt-router/",
    "prompt-router/",
];

impl Model {
    pub(super) fn offered_in(&self, region: &str) -> bool {
        match self.reach {
            Reach::OnDemand => region == "us-west-2",
            Reach::Profile => PROFILE_REGIONS.contains(&region),
        }
    }
}

/// A model by its own identifier or the ARN of the foundation model in this region.
pub(super) fn foundation_model(asked: &str, region: &str) -> Result<&'static Model, Rejection> {
    well_formed(asked)?;
    let arn = format!("arn:aws:bedrock:{region}::foundation-model/");
    let id = asked.strip_prefix(&arn).unwrap_or(asked);
    if END_OF_LIFE.contains(&id) {
        return Err(Rejection::end_of_life());
    }
    MODELS.iter().find(|model| model.id == id).ok_or_else(Rejection::unknown_model)
}

/// A model by its `us.` profile, or the ARN of the profile.
pub(super) fn profile(asked: &str, region: &str, account: &str) -> Option<&'static Model> {
    let arn = format!("arn:aws:bedrock:{region}:{account}:inference-profile/");
    let id = asked.strip_prefix(&arn).unwrap_or(asked).strip_prefix("us.")?;
    MODELS.iter().find(|model| model.id == id && model.reach == Reach::Profile && model.offered_in(region))
}

/// Rules 2 and 3: the body that the model called by this name in this region understands, and the name of the model.
pub(super) fn resolve(
    asked: &str,
    region: &str,
    account: &str,
    own: &[Endpoint],
) -> Result<(&'static Schema, &'static str), Rejection> {
    well_formed(asked)?;
    if let Some(endpoint) = own.iter().find(|endpoint| endpoint.arn == asked) {
        return Ok((endpoint.format.schema(), ""));
    }
    if let Some(model) = profile(asked, region, account) {
        return Ok((model.schema, model.id));
    }
    let model = foundation_model(asked, region)?;
    match model.reach {
        _ if !model.offered_in(region) => Err(Rejection::unknown_model()),
        Reach::OnDemand => Ok((model.schema, model.id)),
        Reach::Profile => Err(Rejection::validation(format!(
            "Invocation of model ID {asked} with on-demand throughput isn\u{2019}t supported. Retry your request with \
             the ID or ARN of an inference profile that contains this model."
        ))),
    }
}

/// The pattern of `modelId`, near enough to refuse what the service refuses.
fn well_formed(asked: &str) -> Result<(), Rejection> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.' | b'_'))
    };
    let good = match asked.strip_prefix("arn:aws:") {
        Some(arn) => well_formed_arn(arn),
        None => !asked.starts_with("arn:") && plain(asked),
    };
    if good && asked.len() <= 2048 {
        return Ok(());
    }
    Err(Rejection::validation(format!(
        "1 validation error detected: Value '{asked}' at 'modelId' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: (arn:aws(-[^:]{{1,12}})?:(bedrock|sagemaker):[a-z0-9-]{{1,20}}:([0-9]{{12}})?:\
         ([a-z0-9-]+/)?)?([a-zA-Z0-9-:.]+)"
    )))
}

/// `bedrock:REGION:ACCOUNT:KIND/NAME`, or an endpoint of `sagemaker`.
fn well_formed_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(4, ':').collect();
    let [service, region, account, resource] = parts[..] else { return false };
    let account_given = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let name = match service {
        "bedrock" => ARN_KINDS.iter().find_map(|kind| resource.strip_prefix(kind)),
        "sagemaker" => resource.strip_prefix("endpoint/"),
        _ => None,
    };
    let account_fits =
        if resource.starts_with("foundation-model/") { account.is_empty() } else { account_given };
    let name_fits = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'/'))
    };
    account_fits
        && !region.is_empty()
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && name.is_some_and(name_fits)
}
