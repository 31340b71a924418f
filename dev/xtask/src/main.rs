//! dev/xtask
fn main() {}
