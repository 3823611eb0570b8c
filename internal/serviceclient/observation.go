package serviceclient

import (
	"net/http"
	"time"
)

// withObservation tells of each call when its answer begins, or when it is clear that there is none.
func withObservation(next http.RoundTripper, service string, observe func(service string, status int, took time.Duration)) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		began := time.Now()
		response, err := next.RoundTrip(request)
		status := 0
		if err == nil {
			status = response.StatusCode
		}
		observe(service, status, time.Since(began))
		return response, err
	})
}
