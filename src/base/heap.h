#pragma once

namespace temblor {

/// Tells the allocator to keep what is freed for what is allocated next, up to half a gigabyte, instead of giving it
/// back to the kernel: the memory of a window that closes is that of the window which opens, and to get it cleared
/// page by page again costs time where there are many sensors. Call it once, first thing in main.
void keep_freed_memory();

}  // namespace temblor
