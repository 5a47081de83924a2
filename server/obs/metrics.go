package obs

import (
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/centroid-studio/centroid/shared/wire"
)

// Metrics counts what a process does, for Prometheus.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	flying   prometheus.Gauge
	events   *prometheus.CounterVec
	rows     prometheus.Counter
}

// NewMetrics makes counters that begin at zero. version is that of the program.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "centroid_http_requests_total", Help: "Requests answered, sockets that ended among them."}, []string{"code", "method"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "centroid_http_request_seconds", Help: "Time to answer a request, without sockets.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60}}, []string{"method"}),
		flying: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "centroid_http_requests_open", Help: "Requests at work, open sockets among them."}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "centroid_job_events_total", Help: "Events of this process's trainings: pass, done, failed and so on."}, []string{"type"}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "centroid_train_rows_total", Help: "Rows that passes of this process's trainings went over."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "centroid_build_info", Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.flying, m.events, m.rows, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ServeHTTP answers with all counters, in Prometheus' text format.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// Requests counts the requests that next answers.
func (m *Metrics) Requests(next http.Handler) http.Handler {
	socket := promhttp.InstrumentHandlerInFlight(m.flying, promhttp.InstrumentHandlerCounter(m.requests, next))
	request := promhttp.InstrumentHandlerDuration(m.seconds, socket)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" { // it lives for hours, which would hide how long answers take
			socket.ServeHTTP(w, r)
			return
		}
		request.ServeHTTP(w, r)
	})
}

// Events counts events of this process's trainings.
func (m *Metrics) Events(events ...wire.Event) {
	for i := range events {
		m.events.WithLabelValues(string(events[i].Type)).Inc()
		if p := events[i].Pass; p != nil {
			m.rows.Add(float64(p.Rows))
		}
	}
}

// Private lets in only programs of this machine that do not come through a proxy.
// All others find nothing.
func Private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(host)
		if err != nil || ip == nil || !ip.IsLoopback() {
			http.NotFound(w, r)
			return
		}
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
			if r.Header.Get(name) != "" {
				http.NotFound(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
