/* Drivers: what both generations of them implement and call. */
#ifndef QUIRE_WIAMINDR_H
#define QUIRE_WIAMINDR_H

#include "wiamindr_lh.h"

#endif
