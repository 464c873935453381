# An environment in miniature: terraform_data is built in, so this plans and applies offline.

variable "release" {
  type = string
}

resource "terraform_data" "environment" {
  input            = "cost-explorer"
  triggers_replace = [var.release]
}

resource "terraform_data" "service" {
  count = 3
  input = "service-${count.index}-${var.release}"
}
