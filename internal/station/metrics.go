package station

import (
	"net/http"
	"reflect"
	"strings"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// counters turns the Stats of the rooms, plain structs of numbers, into Prometheus metrics named vedette_ROOM_FIELD.
type counters struct {
	rooms map[string]func() any
}

// Describe implements prometheus.Collector: the metrics are not checked beforehand, they follow the structs.
func (counters) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c counters) Collect(out chan<- prometheus.Metric) {
	for room, stats := range c.rooms {
		collectStruct("vedette_"+room, reflect.ValueOf(stats()), out)
	}
}

// collectStruct goes through a struct of numbers. A list of structs with a Name becomes metrics with that name as a label.
func collectStruct(prefix string, v reflect.Value, out chan<- prometheus.Metric, labels ...string) {
	if v.Kind() != reflect.Struct {
		return
	}
	for field, value := range v.Fields() {
		if !field.IsExported() {
			continue
		}
		name := prefix + "_" + snake(field.Name)
		switch {
		case value.CanUint():
			out <- gauge(name, float64(value.Uint()), labels)
		case value.CanInt():
			out <- gauge(name, float64(value.Int()), labels)
		case value.CanFloat():
			out <- gauge(name, value.Float(), labels)
		case value.Kind() == reflect.Struct && field.Anonymous:
			collectStruct(prefix, value, out, labels...)
		case value.Kind() == reflect.Struct:
			collectStruct(name, value, out, labels...)
		case value.Kind() == reflect.Slice:
			collectNamed(strings.TrimSuffix(name, "s"), value, out)
		}
	}
}

func collectNamed(prefix string, list reflect.Value, out chan<- prometheus.Metric) {
	for _, v := range list.Seq2() {
		if v.Kind() != reflect.Struct {
			return
		}
		if name := v.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
			collectStruct(prefix, v, out, name.String())
		}
	}
}

func gauge(name string, v float64, labels []string) prometheus.Metric {
	var names []string
	if len(labels) > 0 {
		names = []string{"name"}
	}
	return prometheus.MustNewConstMetric(prometheus.NewDesc(name, "see docs/architecture.md", names, nil), prometheus.UntypedValue, v, labels...)
}

// snake turns BadChecksum into bad_checksum.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) {
			if i > 0 && !unicode.IsUpper(rune(s[i-1])) {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// metricsHandler serves the counters of the rooms and of the Go runtime and process.
func metricsHandler(rooms map[string]func() any) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		counters{rooms},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
