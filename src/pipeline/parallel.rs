//! Work on several threads, one item each at a time.
//!
//! Not by rayon: the layout itself waits on rayon's pool, and a pool thread that waits takes the
//! next whole document on top of the one in hand, until its stack is gone.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// A page of nested tables goes deep.
const STACK: usize = 8 << 20;

/// The results of `work` in the order of `items`, made by `threads` threads.
pub(crate) fn each<T: Send, R: Send>(
    items: Vec<T>,
    threads: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.clamp(1, items.len().max(1));
    let queue = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    let walk = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, item)) = next else { return };
            let made = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, made));
        }
    };
    thread::scope(|scope| {
        let started = (0..threads)
            .map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, walk))
            .filter(Result::is_ok)
            .count();
        // A system without threads to give still gets its papers.
        if started == 0 {
            walk();
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        for threads in [0, 1, 3, 100] {
            let made = each((0..40u64).collect(), threads, |n| {
                thread::sleep(std::time::Duration::from_micros(400 - n * 10));
                n * n
            });
            assert_eq!(made, (0..40).map(|n| n * n).collect::<Vec<_>>());
        }
        assert!(each(Vec::<u8>::new(), 4, |n| n).is_empty());
    }
}
