//! dev/sim
