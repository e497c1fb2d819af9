//! The help page.

/// Models that it names: with the longest names they still fit into a message.
const MODELS_SHOWN: usize = 12;

/// The help page.
///
/// `from_picture` says whether a model here can start from a picture.
pub(crate) fn help(models: &[String], from_picture: bool) -> String {
    let mut shown = models.iter().take(MODELS_SHOWN).cloned().collect::<Vec<_>>().join(" · ");
    if let Some(more @ 1..) = models.len().checked_sub(MODELS_SHOWN) {
        shown.push_str(&format!(" · and {more} more, which `model` suggests while you type"));
    }
    let image = if from_picture {
        " · `image` to start from a picture, and `strength` for how far to go from it"
    } else {
        ""
    };
    format!(
        "**Easel paints what you describe.**\n\
         `/imagine prompt: a cat eating ice cream` – that is all it takes. The picture comes into this channel; with `private: True` only you see it.\n\
         **Options** `negative` what to leave out · `model` · `aspect` such as 16:9 · `style` · `count` up to 4 pictures · `seed` for the same picture again{image}.\n\
         **Flags** at the end of the prompt do the same: `a cat --ar 16:9 --no text --seed 7 --style anime --n 4`\n\
         **Models here** {shown}\n\
         **Together** `/session start` gives this channel a style, model and seed of its own until `/session end`; `/session export` packs the pictures.\n\
         **You** `/prefer` sets your own defaults, `/usage` shows what you have used; **Details** under a picture tells how it was made. **Admins** `/easel`.\n\
         Every picture is archived with its seed and settings, so that it can be made again. A refusal says why, and what AWS may bill for it all the same; the picture that did not come does not count against you."
    )
}
