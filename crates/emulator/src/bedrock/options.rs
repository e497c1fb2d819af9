//! What can be set before the emulator starts.

use std::time::Duration;

use super::catalog::Endpoint;
use super::picture::Picture;
use super::renderer::Renderer;

#[derive(Clone, Debug)]
pub struct BedrockOptions {
    /// The region of requests that name none, which are those with a bearer token.
    pub region: String,
    /// The account of profiles and guardrails.
    pub account: String,
    pub picture: Picture,
    /// Who draws the pictures in place of `picture`.
    pub renderer: Option<Renderer>,
    pub latency: Duration,
    /// How many of the last calls are remembered with their bodies and pictures, for [`Bedrock::calls`](super::Bedrock::calls).
    pub whole_calls: usize,
    /// Endpoints of the account itself, called by their ARN.
    pub known_endpoints: Vec<Endpoint>,
}

impl Default for BedrockOptions {
    fn default() -> Self {
        Self {
            region: "us-west-2".to_owned(),
            account: "123456789012".to_owned(),
            picture: Picture::Tiny,
            renderer: None,
            latency: Duration::ZERO,
            whole_calls: usize::MAX,
            known_endpoints: Vec::new(),
        }
    }
}
