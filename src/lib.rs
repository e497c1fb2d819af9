//! Easel.
