package fusion

import (
	"slices"
	"sort"
)

// sortByEast orders the detections of a scan from west to east, so that a gate is a short run of them.
func sortByEast(z []vec2, order *[]int32) {
	o := (*order)[:0]
	for j := range z {
		o = append(o, int32(j))
	}
	slices.SortStableFunc(o, func(a, b int32) int {
		switch x, y := z[a][0], z[b][0]; {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	*order = o
}

// firstEast is the first place in the order that is not west of a limit.
func firstEast(z []vec2, order []int32, west float64) int {
	return sort.Search(len(order), func(k int) bool { return z[order[k]][0] >= west })
}
