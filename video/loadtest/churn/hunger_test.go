package churn

import "testing"

func TestAForgottenViewerIsToldFromOneWithNothingToSee(t *testing.T) {
	t.Parallel()
	looks := func(n int, fed, others bool) func(*hunger) int {
		return func(h *hunger) (long int) {
			for range n {
				if h.look(fed, others) {
					long++
				}
			}
			return long
		}
	}
	for _, c := range []struct {
		name  string
		steps []func(*hunger) int
		want  int
	}{
		{"the source is away", []func(*hunger) int{looks(100, false, false)}, 0},
		{"the source comes back late", []func(*hunger) int{looks(100, false, false), looks(longHunger-1, false, true)}, 0},
		{"it has a picture at once", []func(*hunger) int{looks(2, false, true), looks(100, true, true)}, 0},
		{"others play and it does not", []func(*hunger) int{looks(longHunger, false, true)}, 1},
		{"with an outage between", []func(*hunger) int{looks(longHunger/2, false, true), looks(50, false, false), looks(longHunger/2, false, true)}, 1},
		{"and it is counted once", []func(*hunger) int{looks(10*longHunger, false, true), looks(10, true, true)}, 1},
	} {
		var h hunger
		got := 0
		for _, step := range c.steps {
			got += step(&h)
		}
		if got != c.want || h.long() != (c.want == 1) {
			t.Errorf("%s: forgotten %d times, want %d", c.name, got, c.want)
		}
	}
}
