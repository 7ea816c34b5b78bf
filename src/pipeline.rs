//! One pass: deliveries through the street. The only file that calls two stages.
