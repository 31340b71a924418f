//! apps/bot
fn main() {}
