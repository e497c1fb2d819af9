//! Stories about the whole of Easel: the real program, emulated Discord and Bedrock, other people's S3 servers.

mod imagine;
mod support;
