package mavlink_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func TestAnUnknownOutcomeSaysWhatTheVehicleShows(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.LoseAcks = 1000 })
	_, err := s.Command(within(t), 1, mavlink.Arm{})
	var unknown *mavlink.UnknownError
	if !errors.As(err, &unknown) || !errors.Is(err, mavlink.ErrNoAnswer) || !strings.Contains(err.Error(), "since then it reports armed") {
		t.Errorf("%v", err)
	}
	if got := s.Stats().Commands.Unanswered; got != 1 {
		t.Errorf("%d unanswered counted", got)
	}
}

// An arming is given up; its acknowledgement comes while a disarming is under way that the vehicle does not hear.
func TestTheAnswerToACommandThatWasGivenUpIsNotTakenForTheNext(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Change(func(f *mavlinktest.Faults) { f.Deaf = true })
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Command(impatient, 1, mavlink.Arm{}); !errors.Is(err, mavlink.ErrNoAnswer) {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Command(within(t), 1, mavlink.Disarm{})
		done <- err
	}()
	eventually(t, "the disarming is under way", func() bool { return s.Stats().Commands.Sent == 2 })
	a.Send(1, &common.MessageCommandAck{Command: common.MAV_CMD_COMPONENT_ARM_DISARM, TargetSystem: 255, TargetComponent: 190})
	if err := <-done; !errors.Is(err, mavlink.ErrNoAnswer) {
		t.Errorf("the answer to the arming was taken for one to the disarming: %v", err)
	}
	if got := s.Stats().Commands.Late; got != 1 {
		t.Errorf("%d late answers counted", got)
	}
}

func TestACommandThatWaitedTooLongIsNotSent(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	_, err := s.Do(within(t), 1, mavlink.Arm{}, mavlink.Given{NotAfter: time.Now().Add(-time.Second)})
	if !errors.Is(err, mavlink.ErrTooLate) {
		t.Errorf("%v", err)
	}
	if got, _, _ := orders(a); len(got) != 0 {
		t.Errorf("sent all the same: %v", got)
	}
	if got := s.Stats().Commands.TooLate; got != 1 {
		t.Errorf("%d counted", got)
	}
}

func TestProgressShowsAndCanBeCancelled(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{PX4: true})
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Command(within(t), 1, mavlink.Cancel{}); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("cancelled what is not: %v", err)
	}
	a.Change(func(f *mavlinktest.Faults) { f.Progress = 1000 }) // it is at it until it is cancelled, however often it is told
	done := make(chan error, 1)
	go func() {
		_, err := s.Command(within(t), 1, mavlink.Takeoff{AltRelativeM: 10})
		done <- err
	}()
	eventually(t, "the takeoff shows as under way", func() bool {
		v, _ := s.Vehicle(1)
		return v.Pending != nil && v.Pending.Command == uint16(common.MAV_CMD_NAV_TAKEOFF) && v.Pending.Percent != nil && *v.Pending.Percent == 30
	})
	if _, err := s.Command(within(t), 1, mavlink.Cancel{}); err != nil {
		t.Error(err)
	}
	var denied *mavlink.DeniedError
	if err := <-done; !errors.As(err, &denied) || denied.Result != "cancelled" {
		t.Errorf("%v", err)
	}
	if v, _ := s.Vehicle(1); v.Pending != nil {
		t.Errorf("%+v is still shown", v.Pending)
	}
}
