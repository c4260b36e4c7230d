{{/* What everything is called: the release, with the chart's name unless it is in it already. */}}
{{- define "rpmsg-bridge.name" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "rpmsg-bridge.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "rpmsg-bridge.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "rpmsg-bridge.labels" -}}
{{ include "rpmsg-bridge.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The Secret with the key, and the file's name in it. */}}
{{- define "rpmsg-bridge.identitySecret" -}}
{{ ternary (printf "%s-identity" (include "rpmsg-bridge.name" .)) .Values.identity.secret.name .Values.identity.certManager.enabled }}
{{- end -}}

{{- define "rpmsg-bridge.identityFile" -}}
{{ ternary "tls-combined.pem" .Values.identity.secret.key .Values.identity.certManager.enabled }}
{{- end -}}

{{/* No process of ours needs more than this. */}}
{{- define "rpmsg-bridge.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* What the values cannot say alone. */}}
{{- define "rpmsg-bridge.check" -}}
{{- $secret := .Values.identity.secret.name -}}
{{- $manager := .Values.identity.certManager -}}
{{- if and (not $secret) (not $manager.enabled) -}}
{{- fail "identity: there is no key; set identity.secret.name, or identity.certManager.enabled" -}}
{{- end -}}
{{- if and $secret $manager.enabled -}}
{{- fail "identity: both secret.name and certManager.enabled are set; keep one of them" -}}
{{- end -}}
{{- if and $manager.enabled (not $manager.issuer.name) -}}
{{- fail "identity.certManager.issuer.name: there is none; name the issuer that signs the gateway's certificate" -}}
{{- end -}}
{{- if not .Values.configuration.links -}}
{{- fail "configuration.links: there is no link; give at least one peer with its fingerprint" -}}
{{- end -}}
{{- if not .Values.configuration.devices -}}
{{- fail "configuration.devices: there is no device; give at least one with its link and side" -}}
{{- end -}}
{{- if and .Values.example.enabled (ne .Values.sockets.type "hostPath") -}}
{{- fail "example.enabled: a pod of its own reaches sockets only with sockets.type hostPath" -}}
{{- end -}}
{{- end -}}
