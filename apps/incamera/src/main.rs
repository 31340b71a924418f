//! apps/incamera
fn main() {}
