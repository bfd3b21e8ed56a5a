package station

import (
	"context"
	"fmt"
	"testing"

	"vedette/ui/api"
)

func TestHubKeepsOrderAndCutsTheSlow(t *testing.T) {
	t.Parallel()
	h := newHub()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	quick, slow := h.subscribe(ctx), h.subscribe(ctx)
	for i := range hubQueue + 10 {
		h.publish(api.TrackEnded(fmt.Sprint(i)))
		if got := <-quick; got.ID != fmt.Sprint(i) {
			t.Fatalf("change %d came as %s", i, got.ID)
		}
	}
	n := 0
	for range slow { // ends because the hub closed it
		n++
	}
	if n != hubQueue || h.cut != 1 {
		t.Errorf("the slow reader got %d changes, %d were cut", n, h.cut)
	}
	cancel()
	for range quick { // ends because its context did
		t.Error("a change after the end")
	}
	h.publish(api.TrackEnded("late"))
}
