package station

import (
	"errors"
	"testing"
	"time"

	"vedette/internal/access"
)

func TestAnotherStationCommandsWhatItsOperatorOrNobodyHolds(t *testing.T) {
	t.Parallel()
	leases := access.NewLeases(time.Now)
	may := arbiter(leases)
	for _, operator := range []string{"", "anna"} {
		if err := may(1, operator); err != nil {
			t.Errorf("%q, nobody holds it: %v", operator, err)
		}
	}
	if _, _, err := leases.Take(1, "bert", false); err != nil {
		t.Fatal(err)
	}
	var held *access.HeldError
	for _, operator := range []string{"", "anna"} {
		if err := may(1, operator); !errors.As(err, &held) || held.Holder != "bert" {
			t.Errorf("%q, bert holds it: %v", operator, err)
		}
	}
	if err := may(1, "bert"); err != nil {
		t.Error(err)
	}
	if err := may(2, "anna"); err != nil {
		t.Errorf("another vehicle: %v", err)
	}
}
