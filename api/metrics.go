package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// requestMetrics counts requests and their time by route, never by path: ids would make a series of
// each tenant. It panics when registered twice with one registerer, a defect of the wiring.
func requestMetrics(registerer prometheus.Registerer) gin.HandlerFunc {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "omnicloud_http_request_duration_seconds",
		Help:    "Time from the arrival of a request to the end of its answer.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60},
	}, []string{"method", "route", "status"})
	registerer.MustRegister(duration)
	return func(c *gin.Context) {
		began := time.Now()
		defer func() {
			route := c.FullPath()
			if route == "" {
				route = "none"
			}
			duration.WithLabelValues(methodLabel(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Observe(time.Since(began).Seconds())
		}()
		c.Next()
	}
}

// methodLabel is the method of a request, or other: strangers may send any word as a method, and each would
// make a series.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
