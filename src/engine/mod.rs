//! The image models: what there is, and how to ask for a picture.

pub mod catalogue;
