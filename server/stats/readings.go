package stats

import "github.com/centroid-studio/centroid/shared/wire"

// readings says how a column might be read better.
func readings(f *frame, c *column) []wire.Advice { return nil }
