package config

import (
	"reflect"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
)

// messageID finds a MAVLink message by its name, as "GLOBAL_POSITION_INT".
func messageID(name string) (uint32, bool) {
	plain := func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "_", "")) }
	for _, m := range all.Dialect.Messages {
		if plain(strings.TrimPrefix(reflect.TypeOf(m).Elem().Name(), "Message")) == plain(name) {
			return m.GetID(), true
		}
	}
	return 0, false
}
