//! The C ABI of image acquisition: structures, interfaces, strings and memory as C and C++ see them.
