package churn

// longHunger is how many looks others may find pictures in while a viewer has had none: two seconds. To connect is a part of it.
const longHunger = 20

// hunger tells a viewer that is forgotten from one that came while there was nothing to see.
type hunger int

// look takes note of whether the viewer has had a picture, and whether anybody has one now. It is true once, when the
// viewer's wait has become long.
func (h *hunger) look(fed, others bool) bool {
	if fed || !others || h.long() {
		return false
	}
	*h++
	return h.long()
}

// long says whether the viewer was forgotten.
func (h *hunger) long() bool { return *h >= longHunger }
